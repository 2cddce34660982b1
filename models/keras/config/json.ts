import { NetError } from '../../errors';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const MOST_CHARACTERS = 64 * 1024 * 1024;
const DEEPEST = 100;

/**
 * Parses JSON from a stranger: bounded in size and depth.
 * @param what the JSON's name in messages, such as `model_config`
 * @throws NetError for anything but a JSON object or list
 */
export function parseJson(text: string, what: string): JsonObject | Json[] {
  if (text.length > MOST_CHARACTERS) throw new NetError(`${what} has ${text.length} characters, too many`);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new NetError(`${what} is not valid JSON`, {
      hint: 'The file is damaged; save the net again.',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null) throw new NetError(`${what} is no JSON object`);
  checkDepth(value, what);
  return value;
}

function checkDepth(root: Json, what: string): void {
  let level: Json[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new NetError(`${what} is nested more than ${DEEPEST} deep`);
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null
        ? Object.values(value).filter((inner) => typeof inner === 'object' && inner !== null)
        : [],
    );
  }
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
