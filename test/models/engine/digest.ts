// Run in processes of its own by deterministic.test.ts: trains a net and prints a digest of what it learnt.
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { trainingStep } from '../../research/bench/deepid';
import { branchedNet } from '../../small-nets';

await startEngine();
await enableTraining();
const net = branchedNet(5);
const images = tf.randomUniform([64, 20, 16, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
const labels = tf.tensor1d(
  Array.from({ length: 64 }, (_, i) => (i * i) % 5),
  'int32',
);
const optimizer = tf.train.adam(0.01);
for (let step = 0; step < 8; step++) trainingStep(net, optimizer, images, labels);
const hash = createHash('sha256');
for (const values of [...net.getWeights(), net.predict(images) as tf.Tensor]) hash.update(values.dataSync());
console.log(hash.digest('hex'));
