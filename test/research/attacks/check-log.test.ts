import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rateOf } from '../../../build-repair/evaluate/interval';
import { type CheckLine, check, lastRun, readLog } from './check-log';
import { committed } from './committed';
import { REGISTRY } from './registry';

let folder = '';
let log = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-check-'));
  log = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const attacks = REGISTRY.check.slice(0, 3);
const names = attacks.map(({ name }) => name);
const rate = rateOf(9, 10);
const figures: CheckLine['figures'] = {
  clean: {
    accuracyBefore: rate,
    accuracyRepaired: rate,
    accuracy: rate,
    falsePositiveRate: rate,
    falsePositiveRateAt: [],
  },
  poisoned: [],
};

/** Runs the check with a stand-in for the measuring, which breaks off at the net that is named. */
async function run({ commit = 'abc', registry = 'one', again = false, until = '' } = {}) {
  const measured: string[] = [];
  const told: string[] = [];
  const lines = await check({
    attacks,
    ...{ commit, registry, again, log },
    measure: async ({ name }) => {
      if (name === until) throw new Error('interrupted');
      measured.push(name);
      return { targets: ['7'], groups: 69, seconds: 12, figures };
    },
    tell: ({ attack }) => told.push(attack),
  });
  expect(told).toEqual(measured);
  return { measured, lines };
}

describe('the check', () => {
  test('measures each net, and writes down the commit, the date, the registry and the figures', async () => {
    const { measured, lines } = await run();
    expect(measured).toEqual(names);
    const logged = readLog(log);
    expect(logged).toEqual(lines);
    expect(logged.map(({ attack }) => attack)).toEqual(names);
    for (const line of logged) {
      expect(line).toMatchObject({ registry: 'one', run: 1, commit: 'abc', seed: 101, figures });
      expect(Math.abs(Date.parse(line.date) - Date.now())).toBeLessThan(60_000);
    }
  });

  test('is refused a second time, of another commit, too, and runs again where that is asked for', async () => {
    await run();
    const before = readFileSync(log, 'utf8');
    await expect(run()).rejects.toThrow(/The check was run already: run 1 .* of commit abc/);
    await expect(run({ commit: 'def' })).rejects.toThrow(/was run already/);
    expect(readFileSync(log, 'utf8')).toBe(before);
    expect((await run({ commit: 'def', again: true })).measured).toEqual(names);
    expect(readFileSync(log, 'utf8').startsWith(before)).toBe(true);
    expect(readLog(log).map((line) => line.run)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(lastRun(readLog(log), 'one').map(({ commit }) => commit)).toEqual(['def', 'def', 'def']);
    expect((await run({ registry: 'other' })).lines.map((line) => line.run)).toEqual([1, 1, 1]);
  });

  test('goes on where it was interrupted, by the same commit only', async () => {
    await expect(run({ until: names[1]! })).rejects.toThrow('interrupted');
    expect(readLog(log)).toHaveLength(1);
    await expect(run({ commit: 'def' })).rejects.toThrow(/was not finished: .* commit abc, and 2 are left/);
    const { measured, lines } = await run();
    expect(measured).toEqual(names.slice(1));
    expect(lines.map(({ attack }) => attack)).toEqual(names);
    await expect(run()).rejects.toThrow(/was run already/);
  });

  test('a run of another commit is one of its own where the first was not finished', async () => {
    await expect(run({ until: names[1]! })).rejects.toThrow('interrupted');
    expect((await run({ commit: 'def', again: true })).measured).toEqual(names);
    expect(lastRun(readLog(log), 'one').map((line) => line.run)).toEqual([2, 2, 2]);
  });

  test('a line that was cut off is named', async () => {
    await run();
    appendFileSync(log, '{"registry":"o');
    await expect(run()).rejects.toThrow(/^Line 4 of .*log\.jsonl is no JSON$/);
  });
});

describe('the commit that is measured', () => {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      },
    ).trim();

  test('is the last one of all files but the log, and none where one was changed since', () => {
    expect(() => committed(log)).toThrow(/git tells none here/);
    git('init', '--quiet');
    writeFileSync(join(folder, 'code.ts'), 'one');
    writeFileSync(log, '');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    const first = git('rev-parse', 'HEAD');
    writeFileSync(log, 'a line');
    expect(committed(log)).toBe(first);
    git('commit', '--quiet', '--all', '--message', 'the log');
    expect(committed(log)).toBe(first);
    writeFileSync(join(folder, 'code.ts'), 'two');
    expect(() => committed(log)).toThrow(/Files were changed since the last commit/);
  });
});
