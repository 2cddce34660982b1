import { folderOf, listBundles } from './bundles';
import type { Current } from './current';
import type { Files } from './files';
import { type Trust, trustedCurrent } from './trusted';

/** A bundle's folder, and when its manifest was written. */
interface DatedBundle {
  readonly folder: string;
  /** Undefined where it can't be read. */
  readonly id: string | undefined;
  readonly published: number;
}

/**
 * Removes bundles, what is worth the least first (see byImportance); never the current one.
 * @param keep how many to keep, the current one counted, ≥ 1
 * @param trust where given, what is current is held to it: whoever may write `current.json` would choose what goes
 * @returns the ids of those removed; of one that can't be read, the beginning of its id
 */
export async function prune(files: Files, keep: number, trust?: Trust): Promise<string[]> {
  const { bundles, unreadable } = await listBundles(files);
  const all = [
    ...bundles.map(({ id }) => ({ folder: folderOf(id), id })),
    ...unreadable.map(({ folder }) => ({ folder, id: undefined })),
  ];
  const dated: DatedBundle[] = [];
  for (const each of all) {
    const published = (await files.modified(`${each.folder}/manifest.json`)) ?? 0;
    dated.push({ ...each, published });
  }
  const removed: string[] = [];
  for (const { folder, id } of dated) {
    // Looked at anew for each: somebody may be activating another meanwhile.
    const kept = byImportance(await trustedCurrent(files, trust), dated).slice(0, keep);
    if (kept.includes(folder)) continue;
    const keys = await files.list(`${folder}/`);
    // The manifest first: what is left of a bundle without one is no bundle.
    await files.remove([`${folder}/manifest.json`]);
    await files.remove(keys.filter((key) => key !== `${folder}/manifest.json`));
    removed.push(id ?? folder);
  }
  return removed;
}

/**
 * The folders of bundles, what is worth the most first: the current one; the one before it; the last that was published
 * since, and never current yet: it may be waiting for that; those that were current earlier; those that never were; those
 * that can't be read.
 */
function byImportance({ bundle, before }: Current, dated: readonly DatedBundle[]): string[] {
  const newest = [...dated].sort((a, b) => b.published - a.published);
  const isThere = (id: string) => newest.some((each) => each.id === id);
  const [last, ...earlier] = before.filter(isThere).map(folderOf);
  const since = newest.find(({ folder }) => folder === folderOf(bundle))?.published ?? 0;
  const never = newest.filter(({ id }) => id !== undefined && id !== bundle && !before.includes(id));
  const waiting = never.slice(0, 1).filter(({ published }) => published >= since);
  const unreadable = newest.filter(({ id }) => id === undefined);
  const folders = (some: readonly DatedBundle[]) => some.map(({ folder }) => folder);
  const ranked = [
    folderOf(bundle),
    ...(last === undefined ? [] : [last]),
    ...folders(waiting),
    ...earlier,
    ...folders(never),
    ...folders(unreadable),
  ];
  // Once each; what is not there takes nobody's place.
  return [...new Set(ranked)].filter((each) => newest.some(({ folder }) => folder === each));
}
