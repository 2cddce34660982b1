import { basename } from 'node:path';
import { UsageError } from '../../models/errors';

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
