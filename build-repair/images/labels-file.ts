import { join } from 'node:path';
import { ImageError, messageOf } from '../../models/errors';
import { present } from '../../models/present';
import type { FolderLabelOptions } from './class-folders';
import { readText } from './read-text';
import { namesAmong, type SameNames } from './same-names';

/** A whole number as floats are written: `3.0`. */
const WHOLE = /^(\d+)\.0+$/;
/** The list of a folder's images with their labels. */
export const LABELS_FILE = 'labels.csv';
const MOST_BYTES = 2 ** 28;
const FILE_COLUMN = /^(file|file_?name|file_?path|image|image_?(name|path|file)|img|path)$/i;
const LABEL_COLUMN = /^(label|class|class_?(name|id)|label_?(name|id)|category|target)$/i;

/** Whether a folder's list names files in its folders, and not its own: by its first line. */
export async function namesFilesIn(folder: string, folders: readonly string[]): Promise<boolean> {
  const [, first = ''] = (await textOf(join(folder, LABELS_FILE))).split(/\r\n|\n|\r/, 2);
  const named = (cells(first, separatorOf(first)) ?? []).map(ownPath);
  return folders.some((name) => named.some((file) => file.startsWith(`${name}/`)));
}

/** Which label each image of a folder has. */
export interface ListedLabels {
  readonly labels: ReadonlyMap<string, number>;
  /** By label, where the labels are names. */
  readonly classNames: readonly string[] | undefined;
  /** What the file calls the classes, sorted. */
  readonly called: readonly string[];
  /** What whoever uses them should know, a sentence. */
  readonly remark?: string | undefined;
}

/**
 * Reads a folder's `labels.csv`: a line of headings (`file,label`), then a line an image. Labels are names, where all of them are among the
 * names that are known; else numbers from 0; else names, which are 0…N−1 in sorted order. An order that is told decides instead.
 * @param files the folder's files: no other is named
 * @param known.classes N, where it is known
 * @param known.classNames the classes' names by label, where they are known
 * @throws ImageError naming the line that can't be used
 */
export async function readLabelsFile(
  folder: string,
  files: readonly string[],
  known: FolderLabelOptions,
): Promise<ListedLabels> {
  const path = join(folder, LABELS_FILE);
  const texts = textsOf(await textOf(path), path, new Set(files));
  const distinct = [...new Set([...texts.values()].map(({ label }) => label))].sort();
  const own = known.ownNames?.names;
  const names = known.order
    ? undefined
    : (known.classNames ?? (own && namesAmong(distinct, own) ? own : undefined));
  const byName = (classNames: readonly string[], { labels, remark }: SameNames): ListedLabels => ({
    labels: mapped(texts, ({ label }) => labels.get(label) ?? -1),
    classNames,
    called: distinct,
    remark,
  });
  const same = names && namesAmong(distinct, names);
  if (same) return byName(names, same);
  const other = distinct.find((name) => !/^\d+$/.test(name));
  const unlabelled = [...texts.values()].find(({ label }) => label === '-1');
  if (unlabelled && distinct.every((name) => /^-?\d+$/.test(name))) {
    const { line } = unlabelled;
    throw new ImageError(`${path}: line ${line}: -1 is no class`, {
      code: 'LABELS_UNUSABLE',
      hint: 'Classes are whole numbers from 0. Leave out images without a class.',
    });
  }
  if (other !== undefined && known.order === 'number')
    throw new ImageError(`${path}: the labels are names (${other}), not numbers`, {
      code: 'LABELS_UNUSABLE',
    });
  if (other === undefined && known.order !== 'name') {
    return {
      labels: mapped(texts, ({ label, line }) => numberOf(label, known.classes, `${path}: line ${line}`)),
      classNames: names,
      called: distinct,
      remark:
        names &&
        `Labels are numbers, and taken for those of the classes: ${distinct[0]} is ${names[Number(distinct[0])]}`,
    };
  }
  if (names) {
    const unknown = [...texts.values()].find((each) => !names.includes(each.label));
    const why = unknown
      ? `line ${unknown.line}: no class is called "${unknown.label}"`
      : 'several classes are called alike';
    throw new ImageError(`${path}: ${why}`, {
      code: 'CLASSES_MISFIT',
      hint: `The classes are ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
    });
  }
  if (known.classes !== undefined && distinct.length !== known.classes) {
    throw new ImageError(`${path} names ${distinct.length} classes, the net has ${known.classes}`, {
      code: 'CLASSES_MISFIT',
      hint: 'Names are taken in sorted order, so every class is wanted; or give labels as numbers from 0, or a class_indices.json beside it.',
    });
  }
  return byName(distinct, present(namesAmong(distinct, distinct), 'The names of classes'));
}

function textOf(path: string): Promise<string> {
  return readText(path, MOST_BYTES).catch((cause) => {
    throw new ImageError(`${path} can't be read: ${messageOf(cause)}`, { code: 'LABELS_UNUSABLE', cause });
  });
}

function separatorOf(line: string): string {
  return [',', ';', '\t'].find((each) => line.includes(each)) ?? ',';
}

/** As files are listed: from the folder on. */
function ownPath(file: string): string {
  return file.replace(/^\.\//, '');
}

interface Line {
  readonly label: string;
  readonly line: number;
}

function mapped(texts: ReadonlyMap<string, Line>, to: (line: Line) => number): Map<string, number> {
  return new Map([...texts].map(([file, line]) => [file, to(line)]));
}

function numberOf(text: string, classes: number | undefined, where: string): number {
  const label = Number(text);
  if (label < (classes ?? 2 ** 31)) return label;
  throw new ImageError(
    classes === undefined
      ? `${where}: ${text} is too large for a label`
      : `${where}: ${text}; the net's ${classes} classes are 0 to ${classes - 1}`,
    {
      code: 'CLASSES_MISFIT',
      hint: label === classes ? 'Classes are counted from 0: are these counted from 1?' : undefined,
    },
  );
}

function textsOf(text: string, path: string, files: ReadonlySet<string>): Map<string, Line> {
  const [head = '', ...lines] = text.split(/\r\n|\n|\r/);
  const separator = separatorOf(head);
  const headings = cells(head, separator) ?? [];
  const fileAt = headings.findIndex((name) => FILE_COLUMN.test(name));
  const labelAt = headings.findIndex((name) => LABEL_COLUMN.test(name));
  if (fileAt < 0 || labelAt < 0) {
    throw new ImageError(`${path}: its first line doesn't tell the columns of files and labels`, {
      code: 'LABELS_UNUSABLE',
      hint: 'It should be: file,label',
    });
  }
  const texts = new Map<string, Line>();
  for (const [i, each] of lines.entries()) {
    if (each.trim() === '') continue;
    const line = i + 2;
    const row = cells(each, separator);
    const file = row?.[fileAt] && ownPath(row[fileAt]);
    const label = row?.[labelAt]?.replace(WHOLE, '$1');
    const where = `${path}: line ${line}`;
    if (!file || !label || row?.length !== headings.length)
      throw new ImageError(`${where} isn't ${headings.length} columns with a file and a label`, {
        code: 'LABELS_UNUSABLE',
      });
    if (!files.has(file))
      throw new ImageError(`${where}: there is no file ${file} in the folder`, { code: 'LABELS_UNUSABLE' });
    const before = texts.get(file);
    if (before)
      throw new ImageError(`${where}: ${file} is in line ${before.line}, too`, { code: 'LABELS_UNUSABLE' });
    texts.set(file, { label, line });
  }
  if (texts.size === 0) throw new ImageError(`${path} names no images`, { code: 'LABELS_UNUSABLE' });
  return texts;
}

/** The cells of a line, quotes (RFC 4180) taken off; undefined where a quote isn't closed. */
function cells(line: string, separator: string): string[] | undefined {
  const found: string[] = [];
  for (let at = 0; ; ) {
    if (line[at] === '"') {
      const [quoted, text] = /^"((?:[^"]|"")*)"/.exec(line.slice(at)) ?? [];
      if (quoted === undefined || text === undefined) return undefined;
      const end = at + quoted.length;
      if (end < line.length && line[end] !== separator) return undefined;
      found.push(text.replaceAll('""', '"'));
      at = end;
    } else {
      const next = line.indexOf(separator, at);
      const end = next < 0 ? line.length : next;
      found.push(line.slice(at, end).trim());
      at = end;
    }
    if (at >= line.length) return found;
    at++;
  }
}
