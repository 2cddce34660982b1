import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { calibrateExpert } from '../../../../build-repair/repair/calibrate/expert';
import type { FoldPlan } from '../../../../build-repair/repair/choose/folds';
import { fitExpert } from '../../../../build-repair/repair/fit/expert';
import { KINDS } from '../../../../models/detector/evidence/kinds';
import { readNets } from '../../../../models/detector/readings';
import { firstScores } from '../../../../models/detector/score';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { GoodNet } from '../../../../models/goodnet';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, size } from '../striped-images';
import { calibrated, fit, held, images, oneOfEach, pixels, readers, written } from './served';

let work: string;

beforeAll(async () => {
  await startEngine();
  await enableTraining();
  work = await mkdtemp(join(tmpdir(), 'goodnet-one-path-'));
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

test('every kind of evidence is the same in calibration and from a bundle that was written and loaded', async () => {
  expect(await oneOfEach(join(work, 'kinds'))).toEqual(KINDS.map(({ name }) => name));
});

test.each([
  ['features are cut and added to a whole first score', 5, 'cut', 'sum'],
  ['images are cut, where a class has no clean images', 4, 'image', 'larger'],
] as const)('the scores are the same, transplants among them: %s', async (_, known, from, join_) => {
  const labels = images.labels.map((label) => label % known);
  const context = contextOf({ pixels: images.pixels, labels });
  const plan: FoldPlan = { scheme: 'split', folds: [{ fit, calibrate: held }], groups: held.length };
  const none = { unlabelled: undefined, classNames: undefined, hosts: undefined };
  const chosen = { context, flat: copyNet(branchedNet(classes)), plan, keepsImages: true, ...none };
  const made = await calibrateExpert(chosen, await fitExpert(chosen), undefined, undefined);
  expect(made.parts.transplant).toMatchObject({ from });
  if (made.rule.kind !== 'calibrated') throw new Error('not calibrated');
  expect(made.rule.transplant).toMatchObject({ join: join_ });
  const { folder } = await written(join(work, from), made.nets, made.parts, made.rule, made.scores!);

  const goodnet = await GoodNet.load(folder);
  const verdicts = await goodnet.classify(pixels, calibrated);
  goodnet.dispose();
  const apart = verdicts.filter(({ suspicion }, i) => Math.abs(suspicion - made.scores![i]!) > 0.0021);
  expect(apart).toEqual([]);

  // Without transplants the scores would be others.
  const { nets, readers: all } = await readers(folder);
  const { evidence, bad } = await readNets(nets, all, pixels.subarray(0, 64 * size), 64);
  const first = firstScores(evidence, made.rule, bad.classes);
  expect(first.some((score, i) => Math.abs(score - made.scores![i]!) > 0.1)).toBe(true);
});
