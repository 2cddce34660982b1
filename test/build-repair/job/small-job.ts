import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hdf5Bytes } from '../../../build-repair/demo/hdf5-bytes';
import { writeKerasH5 } from '../../../build-repair/demo/keras-writer';
import { startEngine } from '../../../models/engine';
import { chainNet } from '../../small-nets';

const CLASSES = 5;
const PER_CLASS = 24;
const SHAPE = [3, 12, 10];

/** Writes a job of small nets, its net and its clean images, into a folder. @returns the job file's name */
export async function writeSmallJob(folder: string, names: readonly string[]): Promise<string> {
  await startEngine({ engine: 'wasm' });
  mkdirSync(join(folder, 'nets'), { recursive: true });
  await writeKerasH5(chainNet(CLASSES), join(folder, 'nets/chain.h5'));
  writeFileSync(join(folder, 'clean.h5'), await cleanImages());
  return writeJob(folder, {
    format: 'goodnet-repair-job',
    formatVersion: 1,
    defaults: { clean: 'clean.h5', method: 'fine-prune', pixels: '0-1' },
    nets: names.map((name, i) => ({ name, net: 'nets/chain.h5', seed: i + 1 })),
  });
}

export function writeJob(folder: string, job: unknown): string {
  writeFileSync(join(folder, 'repair-job.json'), JSON.stringify(job));
  return 'repair-job.json';
}

/** Images whose brightness tells their class. */
function cleanImages(): Promise<Uint8Array> {
  const count = CLASSES * PER_CLASS;
  const size = SHAPE.reduce((a, b) => a * b);
  const data = new Uint8Array(count * size);
  const label = new Float64Array(count);
  for (let image = 0; image < count; image++) {
    label[image] = image % CLASSES;
    for (let i = 0; i < size; i++) data[image * size + i] = 50 * label[image]! + ((image * 31 + i * 17) % 40);
  }
  return hdf5Bytes((file) => {
    file.create_dataset({ name: 'data', data, shape: [count, ...SHAPE], dtype: '<B' });
    file.create_dataset({ name: 'label', data: label, shape: [count], dtype: '<f8' });
  });
}
