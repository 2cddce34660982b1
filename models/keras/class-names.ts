import { dirname, join } from 'node:path';
import { NetError } from '../errors';
import { readRegular } from '../regular';
import { isObject, parseJson } from './config/json';

/** The classes' names by label, as the net's own file has them, or one beside it. */
export interface OwnClassNames {
  readonly names: readonly string[];
  /** Where they are from, in words. */
  readonly from: string;
}

/** What may be a list of names: a text of lines or JSON, or what an attribute holds. */
export interface NamesText {
  readonly text: string | readonly string[];
  readonly from: string;
}

/** What attributes and fields are called that hold class names. */
export const NAME_FIELDS = ['class_names', 'labels', 'classes'] as const;
/** What files of them are called: Teachable Machine writes `labels.txt`. */
export const NAME_FILES = ['labels.txt', 'class_names.txt', 'classes.txt'] as const;
export const MOST_NAMES_BYTES = 2 ** 20;

/** What a net comes with that may be its classes' names. */
export interface FoundClassNames {
  /** The first that names so many classes, each otherwise. */
  readonly ownNames: OwnClassNames | undefined;
  /** Why others are not used, a sentence each; those that say the same are left out. */
  readonly notUsed: readonly string[];
}

/** The classes' names among some texts. */
export function classNamesIn(texts: readonly NamesText[], classes: number): FoundClassNames {
  let ownNames: OwnClassNames | undefined;
  const notUsed: string[] = [];
  for (const { text, from } of texts) {
    const names = namesIn(text);
    const why =
      whyNoNames(text, names, classes) ??
      (ownNames && isOther(names, ownNames.names) && `${ownNames.from} is`);
    if (why) notUsed.push(`The class names of ${from} are not used: ${why}`);
    else ownNames ??= { names, from };
  }
  return { ownNames, notUsed };
}

function whyNoNames(text: NamesText['text'], names: readonly string[], classes: number): string | undefined {
  if ([text].flat().some((each) => /[\0\ufffd]/.test(each))) return 'it is no text in UTF-8';
  if (names.length === 0) return 'it is no list of names';
  if (names.length !== classes) return `it names ${names.length} classes, the net has ${classes}`;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return twice === undefined ? undefined : `it names "${twice}" twice`;
}

function isOther(names: readonly string[], taken: readonly string[]): boolean {
  return names.some((name, i) => name !== taken[i]);
}

/** The texts in files beside a net that may be names. @param path the net's */
export async function namesBeside(path: string): Promise<NamesText[]> {
  const texts: NamesText[] = [];
  for (const name of NAME_FILES) {
    const bytes = await readRegular(join(dirname(path), name), MOST_NAMES_BYTES).catch(() => undefined);
    if (bytes) texts.push({ text: bytes.toString('utf8'), from: `${name} beside it` });
  }
  return texts;
}

function namesIn(text: string | readonly string[]): string[] {
  const list = typeof text === 'string' ? [text] : text;
  const [only = ''] = list;
  if (list.length !== 1) return list.map((each) => each.trim()).filter((each) => each !== '');
  return /^\s*[[{]/.test(only) ? ofJson(only) : ofLines(only);
}

/** A list of names, or names with their labels. */
function ofJson(text: string): string[] {
  try {
    const value = parseJson(text, 'The class names');
    if (Array.isArray(value)) return value.every((each) => typeof each === 'string') ? value : [];
    if (!isObject(value)) return [];
    const named = Object.entries(value).sort(([, a], [, b]) => Number(a) - Number(b));
    return named.every(([, label], i) => label === i) ? named.map(([name]) => name) : [];
  } catch (error) {
    if (error instanceof NetError) return [];
    throw error;
  }
}

/** A name a line, each after its label or not: `0 cats`. */
function ofLines(text: string): string[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(.+)$/.exec(line) ?? []);
  const isNumbered = numbered.every(([, number], i) => number !== undefined && Number(number) === i);
  return isNumbered ? numbered.map(([, , name = '']) => name) : lines;
}
