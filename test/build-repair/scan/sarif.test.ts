import { resolve } from 'node:path';
import type { Result } from 'sarif';
import { describe, expect, test } from 'vitest';
import { refused } from '../../../build-repair/scan/refused';
import { scanSarif } from '../../../build-repair/scan/sarif';
import type { Scan } from '../../../build-repair/scan/types';
import type { Level } from '../../../models/bundle/levels';

const target = (each: number, name?: string, level: Level = 'possible') => ({
  class: each,
  name,
  level,
  score: 1.5,
  scores: { patch: 1.5, largest: 0 },
  rate: 0.98,
});
const signs: Scan = {
  outcome: 'signs',
  score: 1.5,
  limit: 1,
  tried: 8,
  targets: [target(3, 'cat', 'near certain'), target(5)],
  cleanImages: 100,
  notTold: [],
  problems: [],
  problemCodes: [],
  notes: ['Its classes are sigmoids.'],
};
const file = { path: 'nets/my net.h5', sha256: 'ab'.repeat(32) };
const runOf = (scan: Scan, of = file) => scanSarif(scan, of).runs[0]!;
const prints = (results: readonly Result[] = []) =>
  results.map(({ partialFingerprints }) => partialFingerprints!.primaryLocationLineHash);

describe('a scan in SARIF', () => {
  test('has what code scanning asks of rules and results', () => {
    const log = scanSarif(signs, file);
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-2.1.0') });
    const { tool, results } = runOf(signs);
    expect(tool.driver).toMatchObject({ name: 'GoodNet', semanticVersion: expect.any(String) });
    for (const rule of tool.driver.rules!)
      expect(rule).toMatchObject({
        id: expect.stringMatching(/^goodnet\/[a-z-]+$/),
        shortDescription: { text: expect.stringMatching(/\w/) },
        fullDescription: { text: expect.stringMatching(/\w/) },
        help: { text: expect.stringMatching(/\w/) },
        defaultConfiguration: { level: expect.any(String) },
      });
    expect(results).toHaveLength(2);
    for (const { ruleId, ruleIndex, level, message, locations } of results!) {
      expect(tool.driver.rules![ruleIndex!]!.id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).toMatch(/^Signs of a backdoor toward class /);
      expect(locations).toEqual([
        {
          physicalLocation: {
            artifactLocation: { uri: 'nets/my%20net.h5', index: 0 },
            region: { startLine: 1 },
          },
        },
      ]);
    }
    expect(results!.map(({ level }) => level)).toEqual(['error', 'warning']);
    expect(results![0]!.message.text).toContain('class 3 (cat, near certain): score 1.50');
  });

  test('knows a result again by class and file, and another file’s as another', () => {
    const first = prints(runOf(signs).results);
    expect(new Set(first).size).toBe(2);
    for (const print of first) expect(print).toMatch(/^[0-9a-f]{64}$/);
    expect(prints(runOf({ ...signs, targets: [target(5), target(3)] }).results)).toEqual(first.toReversed());
    expect(prints(runOf(signs, { ...file, sha256: 'cd'.repeat(32) }).results)).not.toEqual(first);
  });

  test('no sign is no result, and what was not told is a notification', () => {
    const none: Scan = { ...signs, outcome: 'no-sign', targets: [], cleanImages: 0, notTold: ['Much.'] };
    const { results, invocations } = runOf(none);
    expect(results).toEqual([]);
    expect(invocations![0]!.executionSuccessful).toBe(true);
    const told = invocations![0]!.toolExecutionNotifications!.map(({ message }) => message.text);
    expect(told).toEqual([
      expect.stringContaining('That does not clear the net'),
      'Much.',
      'Its classes are sigmoids.',
    ]);
  });

  test('code in the file is told by a rule of its own, and a layer that is not run by another, whether it is code or not', () => {
    const problems = ['Layer "code" (Lambda) can’t be used.', 'Layer "memory" (GRU) can’t be used.'];
    const { results, invocations } = runOf(
      refused({
        problems,
        problemCodes: problems.map(() => 'NET_LAYER_UNSUPPORTED' as const),
        notes: [
          "The file holds code of its author's own (a Lambda) in the loss that the net was compiled with: it is never run.",
        ],
      }),
    );
    expect(results!.map(({ ruleId }) => ruleId)).toEqual([
      'goodnet/code-in-file',
      'goodnet/code-in-file',
      'goodnet/not-scanned',
      'goodnet/not-scanned',
    ]);
    expect(results![0]!.message.text).toMatch(/^Layer "code".*unsafe deserialization.*never runs it/);
    expect(results!.slice(2).map(({ message }) => message.text)).toEqual(problems);
    expect(new Set(prints(results)).size).toBe(4);
    expect(invocations![0]!.executionSuccessful).toBe(false);
  });

  test('a net outside of the working directory has a whole address', () => {
    const { artifacts } = runOf(signs, { ...file, path: resolve('..', 'net.h5') });
    expect(artifacts![0]!.location!.uri).toMatch(/^file:\/\/\/.*\/net\.h5$/);
  });
});
