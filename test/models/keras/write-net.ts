import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { afterAll } from 'vitest';

export type Entry = [className: string, options: Record<string, unknown>];

/** A weight to write: its shape, and its values where they matter. */
export interface Weight {
  shape: number[];
  values?: ArrayLike<number>;
}

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-keras-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A chain of layers, as Keras 2 writes it; names are taken from the options or the class. */
export function sequential(entries: Entry[]): object {
  const layers = entries.map(([class_name, options]) => ({
    class_name,
    config: { name: class_name.toLowerCase(), ...options },
  }));
  return { class_name: 'Sequential', config: { name: 'net', layers } };
}

/** A graph of layers, as Keras 2 writes it; `inputs` names the layers that each is called on. */
export function functional(
  entries: [...Entry, inputs: string[]][],
  ends: { inputs: string[]; outputs: string[] },
): object {
  const layers = entries.map(([class_name, options, inputs]) => {
    const name = (options.name as string) ?? class_name.toLowerCase();
    const inbound_nodes = inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])];
    return { class_name, name, config: { name, ...options }, inbound_nodes };
  });
  const refs = (names: string[]) => names.map((name) => [name, 0, 0]);
  const config = { name: 'net', layers, input_layers: refs(ends.inputs), output_layers: refs(ends.outputs) };
  return { class_name: 'Functional', config };
}

export const IMAGE: Entry = ['InputLayer', { name: 'image', batch_input_shape: [null, 4, 4, 3] }];
export const FLAT: Entry = ['Flatten', { name: 'flat' }];

/** The weights of a dense layer. */
export function dense(inputs: number, units: number): Record<string, Weight> {
  return { 'kernel:0': { shape: [inputs, units] }, 'bias:0': { shape: [units] } };
}

/** Writes a Keras 2 file: a whole model, or weights only where there is no configuration. */
export async function writeNet(
  path: string,
  net: {
    config?: object | string;
    weights: Record<string, Record<string, Weight>>;
    version?: string;
    compiled?: object;
  },
): Promise<string> {
  await ready;
  const file = new File(path, 'w');
  const text = typeof net.config === 'string' ? net.config : JSON.stringify(net.config);
  if (net.config !== undefined) file.create_attribute('model_config', text);
  if (net.compiled) file.create_attribute('training_config', JSON.stringify(net.compiled));
  file.create_attribute('keras_version', net.version ?? '2.15.0');
  const root = net.config === undefined ? file : file.create_group('model_weights');
  root.create_attribute('layer_names', Object.keys(net.weights));
  for (const [layer, weights] of Object.entries(net.weights)) {
    const group = root.create_group(layer);
    const names = Object.keys(weights);
    if (names.length > 0) group.create_attribute('weight_names', names);
    for (const [name, { shape, values }] of Object.entries(weights)) {
      const length = shape.reduce((product, each) => product * each, 1);
      const data = Float32Array.from(values ?? { length }, (value, i) => value ?? Math.sin(i + 1));
      group.create_dataset({ name, data, shape });
    }
  }
  file.close();
  return path;
}
