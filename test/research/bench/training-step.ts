/**
 * `npm run bench training-step`: a step of training (forward, softmax cross-entropy, backward, Adam) of the
 * DeepID net, 1283 classes, on wasm and, where it is installed, on tfjs-node, each in a process of its own.
 * Prints milliseconds an image (the median step) and how they compare.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { type EngineName, startEngine } from '../../../models/engine';
import { findTfjsNode } from '../../../models/engine/node';
import { enableTraining } from '../../../models/engine/training';
import { deepId, trainingStep } from './deepid';
import { Figures } from './figures';

const classes = 1283;
const batches = [128, 10];
/** Milliseconds an image on wasm with 2 cores, in the larger batches. */
const GOAL_MS = 4;
const imagesTimed = 1280;

if (process.argv[2] === undefined) compare();
else await measure(Number(process.argv[2]));

function compare(): void {
  const engines: EngineName[] = findTfjsNode() === undefined ? ['wasm'] : ['wasm', 'node'];
  if (engines.length === 1) console.log('tfjs-node is not installed (npm run setup:native): wasm alone');
  const figures = new Figures();
  for (const batch of batches) {
    const times = engines.map((engine) => {
      const { description, msPerImage } = inChild(engine, batch);
      const goal = engine === 'wasm' && batch === batches[0] ? `≤ ${GOAL_MS} ms` : '';
      figures.add(`batch ${batch}, an image, ${description}`, `${msPerImage.toFixed(2)} ms`, goal);
      return msPerImage;
    });
    if (times.length === 2) figures.add(`batch ${batch}, wasm / node`, (times[0]! / times[1]!).toFixed(2));
  }
  figures.print();
}

function inChild(engine: EngineName, batch: number): { description: string; msPerImage: number } {
  const file = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, ['--import', 'tsx', file, String(batch)], {
    encoding: 'utf8',
    env: { ...process.env, GOODNET_ENGINE: engine },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`The measurement on ${engine} failed`);
  return JSON.parse(child.stdout);
}

async function measure(batch: number): Promise<void> {
  const { description } = await startEngine();
  await enableTraining();
  const net = deepId(classes);
  const optimizer = tf.train.adam(1e-3);
  const images = tf.randomUniform([batch, 55, 47, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => (i * 7) % classes),
    'int32',
  );
  const step = () => {
    trainingStep(net, optimizer, images, labels);
    // Waits for the result.
    net.trainableWeights[0]!.read().dataSync();
  };
  for (let i = 0; i < 3; i++) step();
  const times = Array.from({ length: Math.ceil(imagesTimed / batch) }, () => {
    const start = performance.now();
    step();
    return (performance.now() - start) / batch;
  });
  const msPerImage = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  console.log(JSON.stringify({ description, msPerImage }));
}
