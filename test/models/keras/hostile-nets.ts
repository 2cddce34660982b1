import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { File, type Group, ready } from 'h5wasm/node';
import { dense, type Entry, FLAT, functional, IMAGE, sequential, writeNet } from './write-net';

const OUTPUT: Entry = ['Dense', { name: 'output', units: 3, activation: 'softmax' }];
const WEIGHTS = { output: dense(48, 3) };
const PLAIN = sequential([IMAGE, FLAT, OUTPUT]);
const RELU = {
  class_name: 'ReLU',
  name: 'relu',
  config: { name: 'relu' },
  inbound_nodes: [[['in', 0, 0, {}]]],
};

let count = 0;
const next = (folder: string, kind = 'h5') => join(folder, `hostile${count++}.${kind}`);

/** A net of this configuration, with weights of its last layer. */
export const netOf = (folder: string, config: object | string) =>
  writeNet(next(folder), { config, weights: WEIGHTS });

/** A `.keras` archive with this configuration, and weights of no layer. */
export async function archive(folder: string, config: string): Promise<string> {
  await ready;
  const named = next(folder);
  const weights = new File(named, 'w');
  weights.create_group('layers');
  weights.close();
  const path = next(folder, 'keras');
  const files = {
    'config.json': strToU8(config),
    'metadata.json': strToU8('{"keras_version": "3.3.0"}'),
    'model.weights.h5': readFileSync(named),
  };
  writeFileSync(path, zipSync(files));
  return path;
}

/** An archive whose configuration is a list of so many empty lists. */
export const brackets = (folder: string, lists: number) =>
  archive(folder, `{"class_name": "Sequential", "config": [${'[],'.repeat(lists)}[]]}`);

/** A model that calls the one before it so often, one call on the other; the innermost has a layer, or none. */
export function nested(levels: number, calls: number, isEmpty = false): object {
  const input = {
    class_name: 'InputLayer',
    name: 'in',
    config: { name: 'in', batch_input_shape: [null, 4, 4, 3] },
  };
  let layers: object[] = isEmpty ? [] : [RELU];
  let last: unknown[] = [isEmpty ? 'in' : 'relu', 0, 0];
  for (let level = 0; level < levels; level++) {
    const name = `level${level}`;
    const config = {
      name,
      layers: [{ ...input, inbound_nodes: [] }, ...layers],
      input_layers: [['in', 0, 0]],
      output_layers: [last],
    };
    const inbound_nodes = Array.from({ length: calls }, (_, i) => [
      [i === 0 ? 'in' : name, Math.max(0, i - 1), 0, {}],
    ]);
    layers = [{ class_name: 'Functional', name, config, inbound_nodes }];
    last = [name, calls - 1, 0];
  }
  return sequential([
    IMAGE,
    ['Functional', { ...(layers[0] as { config: object }).config, name: 'deep' }],
    FLAT,
    OUTPUT,
  ]);
}

/** A chain of so many layers. */
export function chain(length: number): object {
  const relus = Array.from({ length }, (_, i): Entry => ['ReLU', { name: `relu${i}` }]);
  return sequential([IMAGE, ...relus, FLAT, OUTPUT]);
}

/** A net, one layer of which is called so often. */
export function calledOften(times: number): object {
  const config = functional(
    [
      [...IMAGE, []],
      [...FLAT, ['image']],
      [...OUTPUT, ['flat']],
    ],
    { inputs: ['image'], outputs: ['output'] },
  ) as { config: { layers: { inbound_nodes: unknown }[] } };
  config.config.layers[1]!.inbound_nodes = Array.from({ length: times }, () => [['image', 0, 0, {}]]);
  return config;
}

/** A net whose text is of bytes in the place of characters, and one character that is none: each of the bytes begins a search to its end. */
export function textOfBytes(length: number): object {
  const text = `${'é'.repeat(length)}€`;
  return sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3, surprise: text }]]);
}

/** A net, one group of which leads back to itself, or to one above it, by two names. */
export async function roundGroups(folder: string, from: string, to: string): Promise<string> {
  await ready;
  const path = next(folder);
  const file = new File(path, 'w');
  file.create_attribute('model_config', JSON.stringify(PLAIN));
  const vars = file.create_group('layers').create_group('dense').create_group('vars') as Group;
  vars.create_dataset({ name: '0', data: new Float32Array(144), shape: [48, 3] });
  vars.create_dataset({ name: '1', data: new Float32Array(3) });
  file.create_hard_link(from, to.slice(1));
  file.create_hard_link(from, `${to.slice(1)}2`);
  file.close();
  return path;
}

/** A net with a weight that claims so many rows of three values, and holds none. */
export async function claimingWeight(folder: string, count: number): Promise<string> {
  const path = await netOf(folder, PLAIN);
  const file = new File(path, 'a');
  const group = file.get('model_weights/output') as Group;
  group.delete_attribute('weight_names');
  group.create_attribute('weight_names', ['big', 'bias:0']);
  const rows = { name: 'big', data: new Float32Array(0), shape: [0, 3], maxshape: [null, 3] };
  group.create_dataset({ ...rows, chunks: [16, 3], compression: 'gzip' });
  (group.get('big') as unknown as { resize(shape: number[]): void }).resize([count, 3]);
  file.close();
  return path;
}

/** A net that lists one layer thirty thousand times. */
export async function listedOften(folder: string): Promise<string> {
  const path = await netOf(folder, PLAIN);
  const file = new File(path, 'a');
  const root = file.get('model_weights') as Group;
  for (let i = 0; i < 60; i++)
    root.create_attribute(
      `layer_names${i}`,
      Array.from({ length: 500 }, () => 'output'),
    );
  root.delete_attribute('layer_names');
  file.close();
  return path;
}
