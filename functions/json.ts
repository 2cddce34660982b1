import type * as z from 'zod';
import { concatenated } from '../models/images/decode/stretches';
import { type Apart, notJson, outlineJson } from './json-outline';

/** How many faults are told. */
const MOST_FAULTS = 3;
const MOST_LENGTH = 120;

/**
 * Parses a body of JSON that is looked over first (see outlineJson): it costs no more than its bytes do, whatever it says, and
 * holds nobody up. Texts and blanks beyond some kilobytes are cut.
 * @param maxValues the most values that its arrays and objects may hold together
 * @param apart large values, which are left where they are: in their place stands a list of their number, or a text of it
 * @returns the value, and where in the body those that are apart lie
 * @throws Problem `malformed` where it is no JSON in UTF-8, nested too deep, or holds too much
 */
export async function parseJson(
  bytes: Uint8Array,
  maxValues: number,
  apart?: Apart,
): Promise<{ value: unknown; apart: readonly Uint8Array[] }> {
  const outline = await outlineJson(bytes, maxValues, apart);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(concatenated(outline.parts));
    const values = outline.apart.map(([from, to]) => bytes.subarray(from, to));
    return { value: JSON.parse(text), apart: values };
  } catch {
    throw notJson();
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
    .slice(0, MOST_FAULTS)
    .map(({ path, message }) => clipped(path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

/** A text that came with a request as it may be repeated to whoever sent it: its beginning. */
export function clipped(text: string): string {
  return text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH)}…` : text;
}
