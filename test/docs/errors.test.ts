import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detailsOf, PROBLEM_CODES } from '../../functions/problem';
import { ERROR_CODES, exitCodeOf, GoodNetError } from '../../models/errors';

const [codes, problems] = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split('## Codes')[1]!
  .split("## The service's")
  .map((part) => [...part.matchAll(/^\| `(\w+)` \| (\d+) \| (.+) \|$/gm)].map((row) => row.slice(1)));

it('docs/errors.md has every code, with the exit code that it comes to', () => {
  const exits = (Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[]).map((code) => [
    code,
    String(exitCodeOf(new GoodNetError('', { code }))),
  ]);
  expect(codes!.map(([code, exit]) => [code, exit])).toEqual(exits);
});

it('docs/errors.md has every problem of the service, with its status and title', () => {
  expect(problems!.map(([code]) => code)).toEqual(PROBLEM_CODES);
  for (const [code, status, title] of problems!) {
    const name = code!
      .replace(/^(IMAGE|REQUEST|SERVICE)_/, '')
      .toLowerCase()
      .replaceAll('_', '-');
    const told = detailsOf({ problem: name as Parameters<typeof detailsOf>[0]['problem'], message: '' });
    expect(told).toMatchObject({ code, status: Number(status), title });
  }
});
