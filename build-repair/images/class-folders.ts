import { ImageError } from '../../models/errors';

/** Which label each folder stands for. */
export interface FolderLabels {
  readonly labels: ReadonlyMap<string, number>;
  /** The folders' names by label; undefined where the folders are called by their label. */
  readonly classNames: readonly string[] | undefined;
}

/**
 * Tells the label of each class folder: folders called by numbers (`7`, `07`) are those labels; else the sorted names
 * are 0…N−1, and there must be N of them.
 * @param folders the names, sorted
 * @param classes N, where it is known
 * @throws ImageError for a mixture, a number outside 0…N−1, two folders of one label, or another count of names than N
 */
export function folderLabels(
  folders: readonly string[],
  classes: number | undefined,
  path: string,
): FolderLabels {
  const numbered = folders.filter((name) => /^\d+$/.test(name));
  if (numbered.length === 0) return namedFolders(folders, classes, path);
  const named = folders.find((name) => !/^\d+$/.test(name));
  if (named !== undefined) {
    throw new ImageError(
      `${path}: some class folders are numbers (${numbered[0]}), others names (${named})`,
      {
        hint: 'Call all of them by their label, or all by their name.',
      },
    );
  }
  const owner = new Map<number, string>();
  for (const name of numbered) {
    const label = Number(name);
    const other = owner.get(label);
    if (other !== undefined) throw new ImageError(`${path}: ${other} and ${name} are both class ${label}`);
    if (classes !== undefined && label >= classes) {
      throw new ImageError(`${path}/${name}: the net's ${classes} classes are 0 to ${classes - 1}`, {
        hint: label === classes ? 'Classes are counted from 0: are these counted from 1?' : undefined,
      });
    }
    owner.set(label, name);
  }
  return { labels: new Map([...owner].map(([label, name]) => [name, label])), classNames: undefined };
}

function namedFolders(folders: readonly string[], classes: number | undefined, path: string): FolderLabels {
  if (classes !== undefined && folders.length !== classes) {
    throw new ImageError(`${path} has ${folders.length} class folders, the net has ${classes} classes`, {
      hint: 'Names are taken in sorted order, so every class needs its folder; or call the folders by their label: 0, 1, 2, …',
    });
  }
  return { labels: new Map(folders.map((name, label) => [name, label])), classNames: folders };
}
