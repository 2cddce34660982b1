import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { forget } from '../../../../build-repair/repair/learn/forget';
import { KeptStems } from '../../../../build-repair/repair/learn/kept-stems';
import { runPasses } from '../../../../build-repair/repair/observe/clean-image-passes';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { featureNet } from '../../../../models/nets/features';
import { Random } from '../../../../models/random';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, stripes } from '../striped-images';

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

it.each([
  ['in memory', 2 ** 30],
  ['in a temporary file', 8],
])('%s: of each image one of its copies is drawn', (_, memory) => {
  const images = Int32Array.of(7, 3, 9);
  const stems = new KeptStems([1, 2], images, 2, memory);
  // Image 7 of the first copy, image 3 of it, …: its number and the copy's.
  stems.keep(Float32Array.of(7, 1, 3, 1));
  stems.keep(Float32Array.of(9, 1));
  stems.keep(Float32Array.of(7, 2, 3, 2, 9, 2));
  const random = new Random(1);
  const copies = new Set<number>();
  for (let draw = 0; draw < 20; draw++) {
    const drawn = stems.draw(Int32Array.of(9, 7), random);
    expect(drawn.shape).toEqual([2, 1, 2]);
    const [first, copy, second, other] = drawn.dataSync();
    expect([first, second]).toEqual([9, 7]);
    copies.add(copy!).add(other!);
    drawn.dispose();
  }
  expect([...copies].sort()).toEqual([1, 2]);
  stems.dispose();
});

it('an expert forgets behind what was kept of a large net’s stem, which is freed', async () => {
  const flat = branchedNet(classes);
  const bad = featureNet(flat, 'bad');
  expect(bad.hasStem).toBe(true);
  const context = contextOf(stripes(60, 3));
  const small = await runPasses(context, bad, range(0, 60), false);
  expect(small.stems).toBeUndefined();
  const passes = await runPasses({ ...context, effort: 0.5, memory: 2 ** 16 }, bad, range(0, 60), false);
  expect(passes.clean.predicted).toEqual(small.clean.predicted);
  expect(passes.varied.margins).toEqual(small.varied.margins);
  const before = tf.memory().numTensors;
  const stages: string[] = [];
  const progress = ({ stage }: { stage: string }) => stages.push(stage);
  const expert = await forget(
    { ...context, progress },
    flat,
    range(0, 40),
    { number: 1, stream: '' },
    passes,
  );
  expect(expert.from).toBe('stem');
  expect(stages.length).toBeGreaterThan(0);
  expert.dispose();
  passes.stems!.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
