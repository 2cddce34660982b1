import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { File, ready } from 'h5wasm/node';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { expectedAnswers, fixture, OPEN, testImages } from '../../models/keras/nets';
import { temporaryFolder } from '../../models/keras/write-net';
import { census, netsBelow } from './census';
import { openReference } from './reference';

const folder = temporaryFolder();
const NETS = ['binary.h5', 'sigmoids.keras', 'resized.keras', 'open_size.keras'];
const SIZES: Record<string, [number, number, number]> = {
  'binary.h5': [12, 10, 1],
  'sigmoids.keras': [12, 10, 1],
  'resized.keras': [11, 9, 3],
};

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  mkdirSync(join(folder, 'saved'));
  for (const name of NETS) copyFileSync(fixture(`common2/${name}`), join(folder, name));
  writeFileSync(join(folder, 'saved', 'saved_model.pb'), '');
  writeFileSync(join(folder, 'net.onnx'), 'no net at all');
  await ready;
  const set = new File(join(folder, 'images.h5'), 'w');
  set.create_dataset({ name: 'data', data: new Float32Array(12), shape: [1, 2, 2, 3] });
  set.close();
});

/** An array as np.save writes it. */
function npy(values: Float32Array, shape: number[]): Uint8Array {
  const header = `${`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117)}\n`;
  const length = new Uint8Array(new Uint16Array([header.length]).buffer);
  return new Uint8Array([
    ...[0x93, ...strToU8('NUMPY'), 1, 0],
    ...length,
    ...strToU8(header),
    ...new Uint8Array(values.buffer),
  ]);
}

function arrays(): [name: string, values: Float32Array, shape: number[]][] {
  return Object.entries(SIZES).flatMap(([name, [height, width, channels]]) => {
    const images = testImages({ height, width, channels } as never);
    const x = images.dataSync() as Float32Array;
    images.dispose();
    const y = expectedAnswers('common2')[name]!;
    // The last is changed, so that it differs.
    const answers = new Float32Array(y.flat()).map((value) =>
      name === 'resized.keras' ? value + 0.25 : value,
    );
    return [
      [`${name}/x`, x, [2, height, width, channels]],
      [`${name}/y`, answers, [2, y[0]!.length]],
    ];
  });
}

it('tells of each net below a folder whether it can be used, or why not', async () => {
  const before = tf.memory().numTensors;
  const found = [];
  for (const path of netsBelow(folder)) found.push(await census(folder, path));
  expect(found.map(({ path, verdict }) => [path, verdict])).toEqual([
    ['binary.h5', 'can be used'],
    ['images.h5', 'no net'],
    ['net.onnx', 'refused'],
    ['open_size.keras', 'refused'],
    ['resized.keras', 'can be used'],
    ['saved', 'refused'],
    ['sigmoids.keras', 'can be used'],
  ]);
  expect(found[0]!.told).toContainEqual(expect.stringContaining('one sigmoid'));
  expect(found[3]!.told).toEqual([expect.stringContaining('--input-size')]);
  expect(found[5]!.told).toEqual([expect.stringContaining('SavedModel')]);
  const open = await census(folder, join(folder, 'open_size.keras'), { inputSize: OPEN });
  expect(open.verdict).toBe('can be used');
  expect(tf.memory().numTensors).toBe(before);
});

it.each(['npz', 'h5'])('compares them with the answers stored in an .%s', async (kind) => {
  const path = join(folder, `reference.${kind}`);
  if (kind === 'npz') {
    const files = arrays().map(([name, values, shape]) => [`${name}.npy`, npy(values, shape)]);
    writeFileSync(path, zipSync(Object.fromEntries(files)));
  } else {
    const file = new File(path, 'w');
    for (const [name, data, shape] of arrays()) {
      const [group, dataset] = name.split('/') as [string, string];
      const at = file.keys().includes(group) ? file.get(group) : file.create_group(group);
      (at as unknown as File).create_dataset({ name: dataset, data, shape });
    }
    file.close();
  }
  const stored = await openReference(path);
  const difference = async (name: string) =>
    (await census(folder, join(folder, name), { stored })).difference;
  expect(await difference('binary.h5')).toBeLessThan(1e-5);
  expect(await difference('sigmoids.keras')).toBeLessThan(1e-5);
  expect(await difference('resized.keras')).toBeCloseTo(0.25, 4);
  expect(await difference('open_size.keras')).toBeUndefined();
});
