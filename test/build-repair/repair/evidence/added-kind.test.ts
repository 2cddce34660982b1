import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openImages } from '../../../../build-repair/images/open-images';
import { silent } from '../../../../build-repair/progress';
import { repair } from '../../../../build-repair/repair/repair';
import { firstKinds } from '../../../../models/detector/score';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { BundleError } from '../../../../models/errors';
import { GoodNet } from '../../../../models/goodnet';
import { loadNet } from '../../../../models/keras';
import { writeSmallJob } from '../../job/small-job';
import { oneOfEach } from './served';

/** The list, to which one entry is added. */
const { list } = vi.hoisted(() => ({ list: [] as { readonly name: string }[] }));

vi.mock('../../../../models/detector/evidence/kinds', async (original) => {
  const { KINDS } = await original<typeof import('../../../../models/detector/evidence/kinds')>();
  const { brightness } = await import('./brightness');
  list.push(...KINDS, brightness);
  return { KINDS: list };
});

let work: string;
const size = 12 * 10 * 3;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await enableTraining();
  work = await mkdtemp(join(tmpdir(), 'goodnet-added-'));
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

test('a kind of evidence that is added to the list is fitted, calibrated, kept in a bundle, and decides', async () => {
  await writeSmallJob(work, ['one']);
  const netPath = join(work, 'nets/chain.h5');
  const net = await loadNet(netPath);
  const clean = await openImages(join(work, 'clean.h5'), { shape: net.inputShape, classes: net.classes });
  const { manifest, folder } = await repair({
    netPath,
    net,
    clean,
    out: join(work, 'store'),
    method: 'expert',
    acceptLowAccuracy: true,
    alpha: 0.05,
    seed: 1,
    progress: silent,
    say() {},
  });
  clean.close();
  if (manifest.rule.kind !== 'calibrated') throw new Error('not calibrated');
  expect(firstKinds(manifest.rule)).toContain('brightness');
  expect(manifest.evidence).toEqual({ brightness: { images: 120 } });
  expect(manifest.files.map(({ path }) => path)).toContain('evidence/brightness.bin');
  expect(manifest.without.map(({ evidence }) => evidence)).not.toContain('brightness');

  const goodnet = await GoodNet.load(folder);
  // Clean images are of a brightness around 120.
  const [usual, bright] = await goodnet.classify(
    Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? 120 : 255)),
    2,
  );
  goodnet.dispose();
  expect(bright!.suspicion).toBeGreaterThan(usual!.suspicion);

  // Where it is not in the list, nobody decides by such a bundle.
  const added = list.pop()!;
  await expect(GoodNet.load(folder)).rejects.toThrow(BundleError);
  await expect(GoodNet.load(folder)).rejects.toThrow(/the evidence "brightness", which this version/);
  list.push(added);
});

test('calibration and serving read an added kind of evidence alike', async () => {
  expect(await oneOfEach(join(work, 'kinds'))).toEqual(list.map(({ name }) => name));
});
