import { NetError } from '../../errors';
import { first } from '../../present';
import type { KerasFile } from '../file/keras-file';
import type { PlannedLayer, PlannedNet } from '../planned';
import { misfit } from './groups';
import { type BoundWeights, checkCount, type StoredWeight, wrongCount } from './stored';

const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

const DEEPEST = 100;

/**
 * Every numbered weight below a place: `layers/conv2d/vars/0`, … (those of the optimizer and metrics left out).
 * @throws NetError for groups that lead back to themselves, or are reached by two names
 */
export function readTree({ hdf5, root }: KerasFile): StoredWeight[] {
  const found: StoredWeight[] = [];
  const seen = new Map<string, string>();
  const visit = (at: string, depth: number): void => {
    if (depth > DEEPEST) throw new NetError(`The groups of the file are nested more than ${DEEPEST} deep`);
    for (const name of hdf5.names(at)) {
      if (at === root && !CONTAINERS.includes(name)) continue;
      const path = at === '' ? name : `${at}/${name}`;
      const stored = name.match(/^\d+$/) && at.endsWith('/vars') ? hdf5.numbers(path) : undefined;
      if (stored) found.push({ name: path, ...stored });
      else if (hdf5.isGroup(path)) {
        const identity = hdf5.identity(path);
        const other = seen.get(identity);
        if (other !== undefined) throw again(path, other);
        seen.set(identity, path);
        visit(path, depth + 1);
      }
      checkCount(Math.max(found.length, seen.size / 4));
    }
  };
  visit(root, 0);
  return found;
}

function again(path: string, other: string): NetError {
  return new NetError(`The groups ${other} and ${path} of the file are the same one`, {
    hint: 'Keras writes each group once: the file is damaged, or made to be read for ever.',
  });
}

/**
 * Finds each layer's weights in the `tree` layout (Keras 2.12 and later): a layer's group is named after its class,
 * numbered in the net's order, and its weights are numbered in it.
 * @throws NetError naming the layers that are missing or left over
 */
export function bindTree(net: PlannedNet, file: KerasFile): BoundWeights {
  const bound = new Map<PlannedLayer, StoredWeight[]>();
  const used = new Set<string>();
  bind(net, file, file.root, bound, used);
  const extra = readTree(file)
    .filter(({ name }) => !used.has(name) && !name.includes('/seed_generator/'))
    .map(({ name }) => name.replace(/\/vars\/\d+$/, ''));
  if (extra.length > 0) throw misfit([], [...new Set(extra)]);
  return bound;
}

function bind(
  net: PlannedNet,
  file: KerasFile,
  root: string,
  bound: Map<PlannedLayer, StoredWeight[]>,
  used: Set<string>,
): void {
  const { hdf5 } = file;
  const container = CONTAINERS.find((name) => hdf5.isGroup(`${root}/${name}`)) ?? first(CONTAINERS);
  const counts = new Map<string, number>();
  for (const layer of net.layers) {
    const base = snakeCase(layer.spec.className);
    const number = counts.get(base) ?? 0;
    counts.set(base, number + 1);
    const path = `${root}/${container}/${number === 0 ? base : `${base}_${number}`}`.replace(/^\//, '');
    if (layer.inner) {
      bind(layer.inner, file, path, bound, used);
      continue;
    }
    const slots = layer.plan?.slots ?? [];
    if (slots.length === 0) continue;
    const weights: StoredWeight[] = [];
    for (let i = 0; ; i++) {
      const stored = hdf5.numbers(`${path}/vars/${i}`);
      if (!stored) break;
      weights.push({ name: `${path}/vars/${i}`, ...stored });
    }
    if (weights.length === 0) throw misfit([layer.path], []);
    if (weights.length !== slots.length)
      throw wrongCount(
        layer.path,
        slots.map(({ name }) => name),
        weights,
      );
    for (const { name } of weights) used.add(name);
    bound.set(layer, weights);
  }
}

/** Keras's own way from a class's name to a group's: `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
