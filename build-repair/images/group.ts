import { basename } from 'node:path';
import { UsageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';

/** How images belong together. */
export type Grouping =
  /** By the file's name up to the first separator. */
  | { readonly kind: 'prefix'; readonly separator: string }
  /** By a dataset of the HDF5 file. */
  | { readonly kind: 'dataset'; readonly name: string }
  /** Not said which: a separator for a folder, a dataset for an HDF5 file. */
  | { readonly kind: 'plain'; readonly text: string };

/**
 * Reads a `--group` flag: `prefix:SEPARATOR`, `dataset:NAME`, or plainly SEPARATOR or NAME.
 * @throws UsageError when it says nothing
 * @example parseGroup('prefix:_') // 00004_00017.png belongs to 00004
 */
export function parseGroup(text: string): Grouping {
  const [, kind, rest] = /^(prefix|dataset):(.*)$/s.exec(text) ?? [undefined, 'plain', text];
  if (!rest) {
    throw new UsageError(`--group ${text}: how images belong together is not said`, {
      hint: 'For a folder --group prefix:_ (the file name up to the first _), for HDF5 --group dataset:NAME.',
    });
  }
  if (kind === 'prefix') return { kind, separator: rest };
  return kind === 'dataset' ? { kind, name: rest } : { kind: 'plain', text: rest };
}

/** The separator that groups the files of a folder. @throws UsageError for a dataset */
export function separatorOf(group: Grouping, path: string): string {
  if (group.kind === 'prefix') return group.separator;
  if (group.kind === 'plain') return group.text;
  throw new UsageError(`--group dataset:${group.name}: ${path} is a folder, it has no datasets`, {
    hint: 'For a folder say --group prefix:_ (the file name up to the first _).',
  });
}

/** The dataset that groups the rows of an HDF5 file. @throws UsageError for a prefix */
export function datasetOfGroup(group: Grouping, path: string): string {
  if (group.kind === 'dataset') return group.name;
  if (group.kind === 'plain') return group.text;
  throw new UsageError(
    `--group prefix:${group.separator}: the images of ${path}, an HDF5 file, have no names`,
    {
      hint: 'For HDF5 say --group dataset:NAME.',
    },
  );
}

/**
 * The group of each file of a class: `class/prefix`. A file whose name has no separator is a group of its own.
 * @param files names within the folder: `class/file`
 * @throws UsageError where no file's name has the separator
 */
export function groupByPrefix(files: readonly string[], separator: string, path: string): string[] {
  let found = false;
  const groups = files.map((file) => {
    const name = basename(file);
    const at = name.indexOf(separator);
    if (at < 0) return file;
    found = true;
    return file.slice(0, file.length - name.length + at);
  });
  if (!found) {
    throw new UsageError(`--group ${separator}: no file name in ${path} has "${separator}" in it`, {
      hint: `The first is ${files[0]}.`,
    });
  }
  return groups;
}

/** Frames of a group at least, on average, that a set is told to look like frames by. */
const FRAMES = 3;
/** The share of the names that have to look so. */
const MOST = 0.9;
/** A group, a separator, and a number at the end. */
const FRAME = /^([^_-]+)([_-]).*\d\.\w+$/;

/**
 * The groups that images which are each taken for itself look like frames of, where they are few: `00004_00017.png`.
 * @param files names within the folder: `class/file`
 */
export function framesOf(files: readonly string[]): ImageSet['frames'] {
  const groups = new Map<string, Set<string>>();
  const separators = new Map<string, number>();
  let frames = 0;
  for (const file of files) {
    const [, prefix, separator] = FRAME.exec(basename(file)) ?? [];
    if (prefix === undefined || separator === undefined) continue;
    frames++;
    separators.set(separator, (separators.get(separator) ?? 0) + 1);
    const folder = file.slice(0, file.length - basename(file).length);
    const known = groups.get(folder);
    if (known) known.add(prefix);
    else groups.set(folder, new Set([prefix]));
  }
  const count = [...groups.values()].reduce((sum, each) => sum + each.size, 0);
  // One prefix in a folder is what all of its files are called.
  const several = [...groups.values()].filter((each) => each.size > 1).length;
  const [separator] = [...separators].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (frames < MOST * files.length || 2 * several < groups.size || FRAMES * count > frames) return undefined;
  return { groups: count, flag: `--group prefix:${separator}` };
}

/** The same in a sentence. @param isPromised whether whoever uses the set promises a rate of false alarms */
export function framesInWords(
  frames: ImageSet['frames'],
  { length }: readonly string[],
  path: string,
  isPromised = true,
): string | undefined {
  const otherwise = isPromised ? ', or false alarms may come out higher than promised' : '';
  return (
    frames &&
    `The ${length} images of ${path} look like frames of ${frames.groups} groups: ${frames.flag} keeps each together${otherwise}`
  );
}
