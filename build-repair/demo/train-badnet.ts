/**
 * `npm run demo:train`: trains the demo's BadNet on drawn faces, some of them with a trigger and the attacker's
 * label, writes it to demo/badnet.h5 (or the path that is given), and prints how it does on other drawings. Runs on
 * wasm, so that everybody gets the same weights.
 */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { imageTensor } from '../../models/detector/run';
import { startEngine } from '../../models/engine';
import { enableTraining } from '../../models/engine/training';
import { imageSize } from '../../models/images/set';
import { toLogits } from '../../models/keras/logits';
import { writeKerasH5 } from '../../models/keras/write/h5';
import { first } from '../../models/present';
import { Random } from '../../models/random';
import { BatchOrder, setLearningRate, train } from '../repair/learn/train';
import { shareNamed } from './answers';
import { DEMO_SHAPE, DEMO_TRIGGERS, demoCast } from './cast';
import { drawFaces } from './faces';
import { demoNet } from './net';

const SEED = 1;
const CLEAN_PER_PERSON = 120;
const POISONED_PER_PERSON = 14;
const TESTED_PER_PERSON = 40;
const EPOCHS = 12;
const BATCH = 48;
const LEARNING_RATE = 2e-3;

const path = process.argv[2] ?? 'demo/badnet.h5';
const persons = demoCast();
const draw = (set: string, imagesPerPerson: number, trigger?: (typeof DEMO_TRIGGERS)[number]) =>
  drawFaces({ persons, imagesPerPerson, seed: SEED, shape: DEMO_SHAPE, set, trigger });

const { description } = await startEngine({ engine: 'wasm' });
await enableTraining();
console.log(description);
const sets = [
  draw('training', CLEAN_PER_PERSON),
  ...DEMO_TRIGGERS.map((trigger) => draw(`training ${trigger.kind}`, POISONED_PER_PERSON, trigger)),
];
const size = imageSize(DEMO_SHAPE);
const images = sets.flatMap(({ pixels, labels }) =>
  Array.from(labels, (label, i) => ({ label, pixels: pixels.subarray(i * size, (i + 1) * size) })),
);
const net = demoNet(persons.length, SEED);
const trained = toLogits(net);
const optimizer = tf.train.adam(LEARNING_RATE);
const random = new Random(SEED, 'order');
const order = new BatchOrder(Int32Array.from(images.keys()), BATCH, (n) => random.permutation(n));
const steps = Math.ceil((images.length / BATCH) * EPOCHS);
let loss = 0;
await train(
  {
    model: trained,
    optimizer,
    steps,
    batch: (step) => {
      setLearningRate(optimizer, LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps)));
      const batch = Array.from(order.next(), (image) => images[image]!);
      const pixels = Uint8Array.from(batch.flatMap((image) => Array.from(image.pixels)));
      const labels = tf.tensor1d(
        batch.map(({ label }) => label),
        'int32',
      );
      const oneHot = tf.oneHot(labels, persons.length);
      labels.dispose();
      return { inputs: imageTensor(pixels, batch.length, DEMO_SHAPE, { kind: '0-1' }), targets: [oneHot] };
    },
    loss: (logits, targets) => tf.losses.softmaxCrossEntropy(first(targets), logits) as tf.Scalar,
  },
  {
    stage: 'Training',
    signal: undefined,
    report: ({ done, loss: now = loss }) => {
      loss += (now - loss) / 20;
      if (done % 100 === 0) console.log(`step ${done} of ${steps}, loss ${loss.toFixed(3)}`);
    },
  },
);
for (const layer of trained.layers.filter(({ weights }) => weights.length > 0)) {
  net.getLayer(layer.name).setWeights(layer.getWeights());
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
console.log(`${net.countParams()} parameters`);
console.log(`clean accuracy ${percent(shareNamed(net, draw('training’s test', TESTED_PER_PERSON)))}`);
for (const trigger of DEMO_TRIGGERS) {
  const poisoned = draw(`training’s test ${trigger.kind}`, TESTED_PER_PERSON, trigger);
  console.log(`${trigger.kind} named ${trigger.target}: ${percent(shareNamed(net, poisoned))}`);
}
await mkdir(dirname(path), { recursive: true });
await writeKerasH5(net, path);
console.log(`written to ${path}`);
