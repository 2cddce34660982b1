import { ImageError } from '../../models/errors';
import type { OtherOrder } from '../../models/images/set';
import type { OwnClassNames } from '../../models/keras/class-names';
import { atLeast } from '../../models/present';
import { namesAmong } from './same-names';

/** In which order class folders are taken: of their names, as Keras does, or of the numbers that they are called by. */
export type ClassOrder = 'name' | 'number';
export const CLASS_ORDERS: readonly ClassOrder[] = ['name', 'number'];

/** Which label each folder stands for. */
export interface FolderLabels {
  readonly labels: ReadonlyMap<string, number>;
  /** The folders' names by label; undefined where the folders are called by their label. */
  readonly classNames: readonly string[] | undefined;
  /** The same folders in another order that may be meant, where none is told. */
  readonly other?: { readonly name: OtherOrder['name']; readonly classNames: readonly string[] } | undefined;
  /** What whoever uses them should know, a sentence. */
  readonly remark?: string | undefined;
}

export interface FolderLabelOptions {
  /** N, where it is known. */
  readonly classes?: number | undefined;
  /** The order that is told; left out: numbers are labels, names are sorted. */
  readonly order?: ClassOrder | undefined;
  /** The classes' names where they are known: folders of these names (see namesAmong) are these classes, whatever order they come in. */
  readonly classNames?: readonly string[] | undefined;
  /** Names that the net comes with: taken where no others and no order are told, and all folders are called so. */
  readonly ownNames?: OwnClassNames | undefined;
}

/**
 * Tells the label of each class folder. Folders called by numbers (`7`, `07`) are those labels; where there are N of them with a gap
 * (or 1 to N), they are 0…N−1 in the order of the numbers. Else the sorted names are 0…N−1, and there must be N of them; or, where that
 * is told, the names in the order of the numbers in them (`class_9`, `class_10`).
 * @param folders the names, sorted
 * @throws ImageError for a name that is none of those that are known, a mixture, a number outside 0…N−1, two folders of one label, or another count of names than N
 */
export function folderLabels(
  folders: readonly string[],
  { classes, order, classNames }: FolderLabelOptions,
  path: string,
): FolderLabels {
  const numbered = folders.filter((name) => /^\d+$/.test(name));
  if (!order && classNames) return byKnownNames(folders, numbered, classNames, path);
  if (order === 'name') return inOrder(folders, classes, path);
  const named = folders.find((name) => !/^\d+$/.test(name));
  const natural = [...folders].sort(byNumbers);
  if (named !== undefined && order === 'number' && folders.every((name) => /\d/.test(name)))
    return inOrder(natural, classes, path);
  // Signs and letters, 0 to 9 and A to Z, are as many as the net's classes.
  if (!order && (numbered.length === 0 || (named !== undefined && folders.length === classes))) {
    const isOther = natural.join('/') !== folders.join('/');
    const other = isOther ? ({ name: 'by number', classNames: natural } as const) : undefined;
    return { ...inOrder(folders, classes, path), other };
  }
  if (named !== undefined) {
    throw new ImageError(
      numbered.length === 0
        ? `${path}: the class folders are names (${named}), not numbers`
        : `${path}: some class folders are numbers (${numbered[0]}), others names (${named})`,
      {
        code: 'LABELS_UNUSABLE',
        hint: 'Call all of them by their label, or all by their name; or take them by name: --class-order name.',
      },
    );
  }
  return numberedFolders(numbered, { classes, order }, path);
}

/** Folders of classes whose names are known; by their labels where all are called by numbers, and those names are not. */
function byKnownNames(
  folders: readonly string[],
  numbered: readonly string[],
  classNames: readonly string[],
  path: string,
): FolderLabels {
  const same = namesAmong(folders, classNames);
  if (same) return { labels: same.labels, classNames, remark: same.remark };
  const other = folders.find((name) => !classNames.includes(name));
  if (numbered.length < folders.length) {
    throw new ImageError(`${path}/${other}: no class is called so`, {
      code: 'CLASSES_MISFIT',
      hint: `The classes are ${shownOf(classNames)}. To take the folders in the order of their names all the same: --class-order name.`,
    });
  }
  const taken = numberedFolders(numbered, { classes: classNames.length, order: 'number' }, path);
  const [[lowest, label]] = atLeast(
    1,
    [...taken.labels].sort(([, a], [, b]) => a - b),
  );
  const example = `${lowest} is ${classNames[label]}`;
  return {
    ...taken,
    classNames,
    remark: `Class folders are called by numbers, and taken for labels: ${example}`,
  };
}

/** Origin: chosen by hand; how much is told. */
const MOST_LISTED = 5;

function shownOf(names: readonly string[]): string {
  return names.slice(0, MOST_LISTED).join(', ') + (names.length > MOST_LISTED ? ', …' : '');
}

function numberedFolders(
  numbered: readonly string[],
  { classes, order }: FolderLabelOptions,
  path: string,
): FolderLabels {
  const owner = new Map<number, string>();
  for (const name of numbered) {
    const label = Number(name);
    const other = owner.get(label);
    if (other !== undefined)
      throw new ImageError(`${path}: ${other} and ${name} are both class ${label}`, {
        code: 'LABELS_UNUSABLE',
      });
    owner.set(label, name);
  }
  const sorted = [...owner].sort(([a], [b]) => a - b).map(([, name]) => name);
  const isWhole = classes !== undefined && numbered.length === classes;
  const isOther = isWhole && !order && sorted.join('/') !== numbered.join('/');
  const other = isOther ? ({ name: 'by name', classNames: numbered } as const) : undefined;
  const outside = [...owner].find(([label]) => classes !== undefined && label >= classes);
  if (!outside || classes === undefined)
    return {
      labels: new Map([...owner].map(([label, name]) => [name, label])),
      classNames: undefined,
      other,
    };
  if (isWhole) {
    const remark = `Class folders are called by numbers up to ${sorted.at(-1)}, and taken for the classes 0 to ${classes - 1} in order: ${sorted[0]} is 0, ${sorted.at(-1)} is ${classes - 1}`;
    // Where it may be another order, that which is taken in the end is said later.
    return { ...inOrder(sorted, classes, path), other, remark: other ? undefined : remark };
  }
  const [label, name] = outside;
  throw new ImageError(`${path}/${name}: the net's ${classes} classes are 0 to ${classes - 1}`, {
    code: 'CLASSES_MISFIT',
    hint:
      label === classes
        ? `Classes are counted from 0: are these counted from 1? Then all ${classes} folders are wanted.`
        : undefined,
  });
}

function inOrder(folders: readonly string[], classes: number | undefined, path: string): FolderLabels {
  if (classes !== undefined && folders.length !== classes) {
    throw new ImageError(`${path} has ${folders.length} class folders, the net has ${classes} classes`, {
      code: 'CLASSES_MISFIT',
      hint:
        folders.length === 1
          ? `Is it ${path}/${folders[0]} that has a folder a class? Then give that.`
          : 'Names are taken in sorted order, so every class needs its folder; or call the folders by their label: 0, 1, 2, …',
    });
  }
  return { labels: new Map(folders.map((name, label) => [name, label])), classNames: folders };
}

/** Numbers in names by their size, all else by code unit. */
function byNumbers(a: string, b: string): number {
  const parts = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one, other] = [left[i]!, right[i]!];
    const areNumbers = /^\d/.test(one) && /^\d/.test(other);
    const difference = areNumbers ? Number(one) - Number(other) : 0;
    if (difference !== 0) return difference;
    if (one !== other && !areNumbers) return one < other ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : 1);
}
