import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { startEngine } from '../../../models/engine';
import { hdf5Bytes } from '../../../models/hdf5/bytes';
import { writeKerasH5 } from '../../../models/keras/write/h5';
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
    defaults: { clean: 'clean.h5', method: 'magnitude', pixels: '0-1', acceptLowAccuracy: true },
    nets: names.map((name, i) => ({ name, net: 'nets/chain.h5', seed: i + 1 })),
  });
}

/** The small net as weights alone, `nets/weights.h5`, and its architecture, `nets/chain.json`; the job's nets are then these. */
export async function writeWeightsAlone(folder: string): Promise<void> {
  const path = join(folder, 'nets/weights.h5');
  writeFileSync(path, readFileSync(join(folder, 'nets/chain.h5')));
  await ready;
  const file = new File(path, 'a');
  const config = file.attrs.model_config!.value as string;
  file.delete_attribute('model_config');
  file.close();
  writeFileSync(join(folder, 'nets/chain.json'), config);
  const job = JSON.parse(readFileSync(join(folder, 'repair-job.json'), 'utf8'));
  for (const net of job.nets) Object.assign(net, { net: 'nets/weights.h5', architecture: 'nets/chain.json' });
  writeJob(folder, job);
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
