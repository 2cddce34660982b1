import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { toProbabilities } from '../../../models/keras/probabilities';
import { kerasH5 } from '../../../models/keras/write/h5';
import { pythonKeras } from '../../python-tools';
import { realNets, smallNets } from './exported';
import { largestDifference } from './nets';
import { temporaryFolder } from './write-net';

const PROGRAM = fileURLToPath(new URL('keras_answers.py', import.meta.url));
const IMAGES = 5;
const keras = pythonKeras();
const nets = [...smallNets, ...realNets];
const folder = temporaryFolder();

// In CI it is an error to be without.
describe.skipIf(!keras && process.env.CI !== 'true')('Keras 2.15 loads what is written', () => {
  const ours: Float32Array[] = [];
  let told: Record<string, string[]>;

  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    for (const [i, { make }] of nets.entries()) {
      const net = await make();
      const shape = [IMAGES, ...(net.inputs[0]!.shape.slice(1) as number[])];
      const images = tf.randomUniform(shape, 0, 1, 'float32', i);
      ours.push(tf.tidy(() => tf.softmax(net.predict(images) as tf.Tensor).dataSync()) as Float32Array);
      const written = toProbabilities(net);
      writeFileSync(join(folder, `${i}.h5`), await kerasH5(written));
      writeFileSync(join(folder, `${i}.images`), images.dataSync() as Float32Array);
      for (const each of [images, written, net]) each.dispose();
    }
    // One process: most of its time it starts.
    const { status, stdout, stderr } = spawnSync(join(keras ?? '', 'bin/python'), [PROGRAM, folder], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    told = JSON.parse(stdout.trim().split('\n').at(-1)!);
  });

  it.each(nets.map(({ name }, i) => ({ name, i })))('$name: the same answers', ({ i }) => {
    const bytes = readFileSync(join(folder, `${i}.answers`));
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    expect(told[i]!.at(-1)).toBe('Softmax');
    expect(largestDifference(theirs, ours[i]!)).toBeLessThan(1e-5);
    // Which tells of small ones, too: of a thousand classes most are.
    expect(largestDifference(logarithms(theirs), logarithms(ours[i]!))).toBeLessThan(1e-3);
  });
});

function logarithms(probabilities: Float32Array): Float32Array {
  return probabilities.map((each) => Math.log(Math.max(each, 1e-20)));
}
