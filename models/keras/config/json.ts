import { NetError } from '../../errors';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Parsed, the smallest values take twenty times as much. The largest nets of Keras's own have a sixteenth of it. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;
const DEEPEST = 100;
const MOST_LISTS = 500_000;
const MOST_MEMBERS = 300_000;
const [COLON, QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x3a, 0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

/**
 * Parses JSON from a stranger: bounded in size and depth.
 * @param what the JSON's name in messages, such as `model_config`
 * @throws NetError for anything but a JSON object or list
 */
export function parseJson(text: string, what: string): JsonObject | Json[] {
  if (text.length > MOST_CHARACTERS) throw new NetError(`${what} has ${text.length} characters, too many`);
  checkNesting(text, what);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    // Python writes them, JSON has neither.
    const odd = /[:[,]\s*(-?Infinity|NaN)\s*[,}\]]/.exec(text)?.[1];
    throw new NetError(
      odd ? `${what} holds ${odd}, which is no number of JSON` : `${what} is not valid JSON`,
      {
        hint: odd
          ? 'Build the net with a number in its place, or without that option, and save it again.'
          : 'The file is damaged; save the net again.',
        cause,
      },
    );
  }
  if (typeof value !== 'object' || value === null) throw new NetError(`${what} is no JSON object`);
  return value;
}

/** Looks at the brackets outside of strings, before anything is made of them. */
function checkNesting(text: string, what: string): void {
  let depth = 0;
  let lists = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === OPEN_LIST || character === OPEN_OBJECT) {
      lists++;
      depth++;
      if (depth > DEEPEST) throw new NetError(`${what} is nested more than ${DEEPEST} deep`);
      if (lists > MOST_LISTS) throw new NetError(`${what} has more than ${MOST_LISTS} lists and objects`);
    } else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth--;
    else if (character === COLON && ++members > MOST_MEMBERS) {
      throw new NetError(`${what} has more than ${MOST_MEMBERS} members`);
    }
  }
}

/** Where a string that begins at a quote ends; past the end of the text where it doesn't. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's own value, so that a key such as `constructor` finds nothing. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function ownText(object: JsonObject, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' ? value : undefined;
}
