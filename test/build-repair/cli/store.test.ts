import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { run } from '../../../build-repair/cli/run';
import { startEngine } from '../../../models/engine';
import { twoSmallBundles } from '../../functions/small-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-store-commands-'));
const made: { path: string; id: string }[] = [];
let logs: MockInstance<typeof console.log>;
let errors: MockInstance<typeof console.error>;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  made.push(...(await twoSmallBundles(work)));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeEach(() => {
  logs = vi.spyOn(console, 'log').mockImplementation(() => {});
  errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command. @returns its exit code, and the lines that it printed */
async function goodnet(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  logs.mockClear();
  errors.mockClear();
  const code = await run(args);
  return { code, out: logs.mock.calls.flat().join('\n'), err: errors.mock.calls.flat().join('\n') };
}

test('a store with a bundle of an earlier format is listed, gone on with, and pruned', async () => {
  const store = ['--store', join(work, 'store')];
  const [old, young] = made.map(({ id }) => id.slice(0, 16)) as [string, string];
  for (const { path } of made)
    expect((await goodnet('publish', path, '--to', store[1]!, '--activate')).code).toBe(0);
  const manifest = { format: 'goodnet-bundle', formatVersion: 5 };
  writeFileSync(join(store[1]!, old, 'manifest.json'), JSON.stringify(manifest));

  const { code, out } = await goodnet('models', ...store);
  expect([code, out.split('\n').length]).toEqual([0, 2]);
  expect(out).toMatch(new RegExp(`^${young}  chain  magnitude  \\S+ MB  current$`, 'm'));
  expect(out).toMatch(new RegExp(`^${old}  can't be read: .*bundle format 5, of an earlier version`, 'm'));

  const back = await goodnet('rollback', ...store);
  expect([back.code, back.err]).toEqual([1, expect.stringMatching(/bundle format 5/)]);
  expect(await goodnet('activate', young, ...store)).toMatchObject({ code: 0 });
  expect((await goodnet('prune', ...store)).out).toBe('Nothing to remove.');
  expect((await goodnet('prune', ...store, '--keep', '1')).out).toBe(`${old} removed`);
});

test('what is no store is said to be none', async () => {
  for (const command of [['models'], ['prune'], ['rollback'], ['activate', 'ab']]) {
    const { code, out, err } = await goodnet(...command, '--store', join(work, 'none'));
    expect([command, code, out]).toEqual([command, 1, '']);
    expect(err).toMatch(/none is no store: .*\n {2}Publish a bundle there/);
  }
});
