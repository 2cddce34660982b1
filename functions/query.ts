import type { Context, MiddlewareHandler } from 'hono';
import { clipped } from './json';
import { Problem } from './problem';

/** The longest query that is looked at, in characters: one with a signature and a session of AWS has some 2,000. */
const LONGEST = 8192;
/** What AWS adds to an address that it has signed. */
const SIGNATURE = /^x-amz-/i;

/** Refuses a request whose query is longer than any that is asked with, before anything looks at it. */
export const shortQuery: MiddlewareHandler = async (c, next) => {
  const from = c.req.url.indexOf('?');
  if (from >= 0 && c.req.url.length - from > LONGEST) {
    throw new Problem('malformed', `The query is longer than ${LONGEST} characters.`);
  }
  await next();
};

/**
 * The query's parameters, by name.
 * @param known those that there are
 * @throws Problem `malformed` for one that is unknown (`?Alpha=`: what was meant would not be done), or comes twice
 */
export function queryOf(c: Context, known: readonly string[]): Readonly<Record<string, string | undefined>> {
  const given: Record<string, string | undefined> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (SIGNATURE.test(name)) continue;
    if (!known.includes(name)) {
      const there = known.length > 0 ? `there are ${known.join(' and ')}` : 'there is none here';
      throw new Problem('malformed', `There is no query parameter ${clipped(name)}; ${there}.`);
    }
    if (values.length > 1) throw new Problem('malformed', `The query parameter ${name} is given twice.`);
    given[name] = values[0];
  }
  return given;
}
