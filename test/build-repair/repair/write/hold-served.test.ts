import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../../../build-repair/images/open-images';
import { silent } from '../../../../build-repair/progress';
import { repair } from '../../../../build-repair/repair/repair';
import { parts } from '../../../../build-repair/repair/write/hold-served';
import { type AskServed, askServed } from '../../../../build-repair/served/ask-wasm';
import { startEngine } from '../../../../models/engine';
import { GoodNet } from '../../../../models/goodnet';
import { imageSize } from '../../../../models/images/set';
import { loadNet } from '../../../../models/keras';
import { writeSmallBundle } from '../../../functions/small-bundle';
import { writeSmallJob } from '../../job/small-job';

const work = mkdtempSync(join(tmpdir(), 'goodnet-served-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeSmallJob(work, ['one']);
});

async function repaired(out: string, askServed: AskServed) {
  const net = await loadNet(join(work, 'nets/chain.h5'));
  const clean = await openImages(join(work, 'clean.h5'), { shape: net.inputShape, classes: net.classes });
  try {
    return await repair({
      netPath: 'chain.h5',
      net,
      clean,
      out,
      method: 'expert',
      alpha: 0.05,
      seed: 1,
      pixels: { kind: '0-1' },
      acceptLowAccuracy: true,
      acceptUnrepaired: true,
      finding: false,
      askServed,
      progress: silent,
      say: () => {},
    });
  } finally {
    clean.close();
    net.model.dispose();
  }
}

describe('a bundle that another engine answers otherwise with', () => {
  /** The engine that serves, with p-values shifted by so much. */
  const shifted =
    (by: number): AskServed =>
    async ({ folder, pixels, count }) => {
      const goodnet = await GoodNet.load(folder);
      const verdicts = await goodnet.classify(pixels, count);
      goodnet.dispose();
      expect(count).toBe(64);
      return verdicts.map(({ pValue }) => Math.min(1, pValue + by));
    };

  it('is refused, and nothing is current', async () => {
    const out = join(work, 'parted');
    await expect(repaired(out, shifted(0.3))).rejects.toThrow(
      /part: \d+ of 64 calibration images have other p-values on wasm/,
    );
    expect(readdirSync(out)).toEqual([]);
    const same = await repaired(out, shifted(0));
    expect(existsSync(join(out, 'current.json'))).toBe(true);
    expect(same.madeCurrent).toBe(true);
  });

  it('is one whose p-values are apart by more than ranks and a quarter', () => {
    expect(parts(0.01, 0.0105, 1000, 0.01)).toBe(false);
    expect(parts(0.01, 0.02, 1000, 0.01)).toBe(true);
    expect(parts(0.5, 0.6, 1000, 0.01)).toBe(false);
    expect(parts(0.001, 0.002, 1000, 0.01)).toBe(false);
    expect(parts(0.5, Number.NaN, 1000, 0.01)).toBe(true);
  });
});

describe('the engine that serves', () => {
  it('answers in a process of its own, and where it can not, says so', async () => {
    const store = join(work, 'store');
    await writeSmallBundle(store);
    // npm test builds it.
    const ask = askServed(
      { name: 'cpu' },
      fileURLToPath(new URL('../../../../dist/goodnet.js', import.meta.url)),
    )!;
    const goodnet = await GoodNet.load(store);
    const count = 3;
    const pixels = Float32Array.from({ length: count * imageSize(goodnet.shape) }, (_, i) => (i * 37) % 256);
    const here = await goodnet.classify(pixels, count);
    expect(await ask({ folder: store, pixels, count })).toEqual(here.map(({ pValue }) => pValue));
    goodnet.dispose();
    await expect(ask({ folder: join(work, 'nowhere'), pixels, count })).rejects.toThrow(/wasm.*can't answer/);
    expect(askServed({ name: 'wasm' }, 'goodnet')).toBeUndefined();
  });
});
