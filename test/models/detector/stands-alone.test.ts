import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { withSecondOpinion } from '../../../build-repair/repair/true-class/second-opinion';
import { lookUpWithoutNamedClass } from '../../../models/detector/look-up';
import { answers } from '../../../models/detector/margin';
import type { DetectorNets } from '../../../models/detector/nets';
import { openReaders, readNets } from '../../../models/detector/readings';
import { decide, type Rule } from '../../../models/detector/rule';
import { imageTensor, outputsOf } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { featureNet } from '../../../models/nets/features';
import { copyNet } from '../../../models/nets/graph';
import { Random } from '../../../models/random';
import { plainDiscriminant } from '../../plain-discriminant';
import { chainNet } from '../../small-nets';

const classes = 5;
const shape = { height: 12, width: 10, channels: 3 };
const n = 40;
const random = new Random(1);
const floats = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const pixels = Float32Array.from({ length: n * 360 }, () => random.uniform(0, 255));
/** Half of the images are more suspicious than every calibration image. */
const scores = Float32Array.from({ length: n }, (_, i) => i % 2);
const rule: Rule = {
  kind: 'calibrated',
  alpha: 0.05,
  passOver: 0.02,
  first: plainDiscriminant(['forgetting']),
  calibration: new Float32Array(99)
    .fill(0.5)
    .map((each, i) => each - i / 200)
    .sort(),
};
let nets: DetectorNets;
let alone: DetectorNets;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  const flat = copyNet(chainNet(classes));
  const bad = featureNet(flat, 'bad').net;
  const latent = { features: 16, dimensions: 16, directions: undefined, values: new Float32Array() };
  const head = { weights: floats(16 * classes), bias: new Float32Array(classes) };
  const model = withSecondOpinion(bad, { latent, trunk: undefined, head });
  const repaired = copyNet(flat, 'repaired');
  const [kernel, bias] = repaired.getLayer('output').getWeights();
  const moved = kernel!.dataSync().map((weight) => weight + 0.1 * random.normal());
  repaired.getLayer('output').setWeights([tf.tensor(moved, kernel!.shape), bias!]);
  nets = { shape, classes, pixels: { kind: '0-1' }, bad, relearned: { model } };
  alone = { ...nets, repaired };
});

async function verdicts(of: DetectorNets) {
  const read = await readNets(of, openReaders(of, {}), pixels, n);
  return { read, made: decide(lookUpWithoutNamedClass(read, of, scores, rule), scores, rule, classes, 2) };
}

test('beside a relearned head, a net that stands alone is told as it answers; all else goes on', async () => {
  const [before, now] = [await verdicts(nets), await verdicts(alone)];
  const logits = tf.tidy(() => outputsOf(alone.repaired!, imageTensor(pixels, n, shape, nets.pixels))[0]!);
  const own = answers((await logits.data()) as Float32Array, classes);
  logits.dispose();
  now.made.forEach(({ repaired, top, ...same }, i) => {
    expect(repaired).toEqual({ class: own.classes[i], probability: own.probabilities[i] });
    expect(top!.repaired[0]!.class).toBe(repaired.class);
    const { repaired: _, top: ofBoth, ...others } = before.made[i]!;
    expect(same).toEqual(others);
    expect(top!.bad).toEqual(ofBoth!.bad);
  });
  // Some of the images that are flagged it names as B does: it passes nothing over.
  expect(now.made.some(({ backdoored, repaired, bad }) => backdoored && repaired.class === bad.class)).toBe(
    true,
  );
  // The head is read as ever, as evidence and where B's class is passed over.
  expect(now.read.evidence.relearned).toEqual(before.read.evidence.relearned);
  for (let i = 0; i < n; i++)
    expect(now.read.logits.withoutNamedClass(i)).toEqual(before.read.logits.withoutNamedClass(i));
});

test('without one, B and the head are B′, which passes over the class of what is suspicious', async () => {
  const { made } = await verdicts(nets);
  expect(made.map(({ backdoored }) => backdoored)).toEqual(Array.from(scores, (score) => score > 0));
  for (const { backdoored, repaired, bad } of made)
    if (backdoored) expect(repaired.class).not.toBe(bad.class);
});
