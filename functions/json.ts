import type * as z from 'zod';
import { Problem } from './problem';

/** The deepest nesting: what is asked for has 11 levels at most, a tensor of 8 sides in a list of inputs. */
const MAX_DEPTH = 32;
/** The most members of all objects together: what is asked for has a few hundred. */
const MAX_MEMBERS = 10_000;
/** How many faults are told. */
const TOLD_FAULTS = 3;
const TOLD_LENGTH = 120;

/**
 * Parses a body of JSON. How deep it is and how much it holds is looked at first, in one pass over its bytes, so that a
 * body costs no more than its bytes do, whatever it says.
 * @param maxValues the most values that its arrays and objects may hold together
 * @throws Problem `malformed` where it is no JSON in UTF-8, nested too deep, or holds too much
 */
export function parseJson(bytes: Uint8Array, maxValues: number): unknown {
  lookOver(bytes, maxValues);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('malformed', 'The body is not JSON.');
  }
}

/** Whether a value holds no more than so many others, at any depth; it is looked at no further. */
export function holdsAtMost(value: unknown, most: number): boolean {
  const left: unknown[] = [value];
  let held = 0;
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== 'object' || each === null) continue;
    const inner: unknown[] = Array.isArray(each) ? each : Object.values(each);
    held += inner.length;
    if (held > most) return false;
    left.push(...inner);
  }
  return true;
}

/** What does not fit a schema, in words: the first few faults, none of them long. */
export function faultsIn(error: z.ZodError): string {
  return error.issues
    .slice(0, TOLD_FAULTS)
    .map(({ path, message }) => clipped(path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

/** A text that came with a request as it may be repeated to whoever sent it: its beginning. */
export function clipped(text: string): string {
  return text.length > TOLD_LENGTH ? `${text.slice(0, TOLD_LENGTH)}…` : text;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Counts by the marks outside strings; what is no JSON is left for the parser to find. */
function lookOver(bytes: Uint8Array, maxValues: number): void {
  let depth = 0;
  let values = 0;
  let members = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === COMMA) values++;
    else if (byte === QUOTE) {
      while (++at < bytes.length && bytes[at] !== QUOTE) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values++;
      if (++depth > MAX_DEPTH) throw tooMuch(`is nested deeper than ${MAX_DEPTH} levels`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    else if (byte === COLON && ++members > MAX_MEMBERS) throw tooMuch(`has more than ${MAX_MEMBERS} members`);
    if (values > maxValues) throw tooMuch(`holds more than ${maxValues} values`);
  }
}

function tooMuch(what: string): Problem {
  return new Problem('malformed', `The JSON ${what}: nothing that can be asked for does.`);
}
