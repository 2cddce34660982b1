import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EARLIER } from '../../../models/bundle/earlier';
import { FORMAT_VERSION, parseManifest } from '../../../models/bundle/manifest';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { fixture, verdictsOf } from '../../fixtures/bundles/fixtures';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe.each([...EARLIER.keys(), FORMAT_VERSION])('a bundle of format %i', (format) => {
  test.each(['expert', 'fine-prune'])(
    'of the method %s answers as it did when it was made',
    async (method) => {
      const { folder, id, pixels, count, answered } = await fixture(format, method);
      const goodnet = await GoodNet.load(folder);
      expect(goodnet.manifest).toMatchObject({ formatVersion: format, id });
      const verdicts = await goodnet.classify(pixels, count, 2);
      goodnet.dispose();
      expect(verdictsOf(verdicts)).toEqual(verdictsOf(answered));
      verdicts.forEach(({ pValue, suspicion, repaired }, i) => {
        expect(pValue).toBeCloseTo(answered[i]!.pValue, 4);
        expect(suspicion).toBeCloseTo(answered[i]!.suspicion, 2);
        expect(repaired.probability).toBeCloseTo(answered[i]!.repaired.probability, 4);
      });
    },
  );
});

test('what format 6 said has a field of its own', async () => {
  const manifest = async (method: string) => {
    const { folder } = await fixture(6, method);
    const path = join(folder, 'manifest.json');
    const text = await readFile(path, 'utf8');
    return { raw: JSON.parse(text), read: parseManifest(text, path) };
  };
  const expert = await manifest('expert');
  expect(expert.raw.nets.repaired.from).toBe('bad');
  expect(expert.read.nets).toMatchObject({ relearned: { folder: 'repaired', unheard: [] } });
  expect(expert.read.nets).not.toHaveProperty('repaired');
  const { transplant, ...asks } = expert.raw.rule.second;
  expect(expert.read.rule).toMatchObject({ transplant: { ...asks, scale: transplant } });
  expect(expert.read.rule).not.toHaveProperty('second');
  const pruned = await manifest('fine-prune');
  expect(pruned.read.nets).toEqual({ bad: 'bad', repaired: { folder: 'repaired' } });
});

test('a manifest of format 6 that was changed is damaged, whatever was changed', async () => {
  const { folder } = await fixture(6, 'expert');
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  expect(() => parseManifest(text.replace('"from": "bad"', '"from": "net"'), 'm')).toThrow(
    /m is damaged: nets\.repaired\.from/,
  );
  expect(() => parseManifest(text.replace('"firstWeight": 1', '"firstWeight": 2'), 'm')).toThrow(
    /m is damaged: rule\.transplant\.firstWeight/,
  );
  expect(() => parseManifest(text.replace('"name": "corners"', '"name": "corner"'), 'm')).toThrow(/checksum/);
});

test('what format 7 said of the score has a field of its own', async () => {
  const manifest = async (method: string) => {
    const { folder } = await fixture(7, method);
    const path = join(folder, 'manifest.json');
    const text = await readFile(path, 'utf8');
    return { raw: JSON.parse(text), read: parseManifest(text, path) };
  };
  const expert = await manifest('expert');
  const { scales, together, ...others } = expert.raw.rule;
  expect(expert.read.rule).toEqual({ ...others, first: { kind: 'tails', scales, together } });
  const pruned = await manifest('fine-prune');
  expect(pruned.read.rule).toEqual({ kind: 'disagreement' });
});

test('a manifest of format 7 that was changed is damaged, whatever was changed', async () => {
  const { folder } = await fixture(7, 'expert');
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  expect(() => parseManifest(text.replace('"together": [', '"apart": ['), 'm')).toThrow(
    /m is damaged: rule\.first\.together/,
  );
  expect(() => parseManifest(text.replace('"firstWeight": 1', '"firstWeight": 2'), 'm')).toThrow(
    /m is damaged: rule\.transplant\.firstWeight/,
  );
  expect(() => parseManifest(text.replace('"name": "corners"', '"name": "corner"'), 'm')).toThrow(/checksum/);
});

test.each([5, 9])('a manifest of format %i is refused, and what to do is told', (formatVersion) => {
  const read = () => parseManifest(JSON.stringify({ format: 'goodnet-bundle', formatVersion }), 'm');
  expect(read).toThrow(
    formatVersion === 5
      ? expect.objectContaining({
          message: 'm is of bundle format 5, of an earlier version; this one reads 6, 7 and 8',
          hint: expect.stringMatching(/goodnet repair, or .* goodnet migrate of a version that reads it/),
        })
      : expect.objectContaining({
          message: 'm is of bundle format 9; this version reads up to 8',
          hint: 'Upgrade goodnet to read it.',
        }),
  );
});
