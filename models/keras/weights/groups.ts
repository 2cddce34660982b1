import { NetError } from '../../errors';
import { atLeast, valueAt } from '../../present';
import type { KerasFile } from '../file/keras-file';
import type { WeightSlot } from '../layers/plan';
import type { PlannedLayer, PlannedNet } from '../planned';
import { type BoundWeights, checkCount, type StoredWeight, wrongCount } from './stored';

interface Group {
  readonly layer: string;
  readonly weights: readonly StoredWeight[];
}

interface LeafSlot {
  readonly leaf: PlannedLayer;
  readonly slot: WeightSlot;
}

/** The weights of a file of the `groups` layout: a group a layer, listed by name in its attributes. */
export function readGroups({ hdf5, root }: KerasFile): Group[] {
  const layers = hdf5.texts(root, 'layer_names') ?? [];
  checkCount(layers.length);
  // What is listed again and again is read once.
  const namesOf = once((group) => hdf5.texts(group, 'weight_names') ?? []);
  const numbersAt = once((path) => hdf5.numbers(path));
  const listed = layers.map((layer) => ({ layer, names: namesOf(`${root}/${layer}`) }));
  checkCount(listed.reduce((sum, { names }) => sum + names.length, 0));
  return listed.map(({ layer, names }) => {
    const weights = names.map((name): StoredWeight => {
      const stored = numbersAt(`${root}/${layer}/${name}`);
      if (stored) return { name, ...stored };
      throw new NetError(`The file lists the weight ${name} of layer "${layer}", but does not hold it`, {
        hint: 'The file is damaged; save or download it again.',
      });
    });
    return { layer, weights };
  });
}

function once<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    if (!known.has(path)) known.set(path, read(path));
    return valueAt(known, path);
  };
}

/**
 * Finds each layer's weights, by the layers' names; in a weights-only file whose names are all others, by their
 * order, as Keras does. The weights of a nested model lie in one group: the trained ones first, as Keras keeps them.
 * @throws NetError naming the layers that are missing or left over
 */
export function bindGroups(net: PlannedNet, file: KerasFile): BoundWeights {
  const groups = readGroups(file).filter((group) => group.weights.length > 0);
  const wanted = net.layers
    .map((layer) => ({ layer, slots: slotsOf(layer) }))
    .filter(({ slots }) => slots.length > 0);
  const byName = new Map(groups.map((group) => [group.layer, group]));
  const missing = wanted
    .filter(({ layer }) => !byName.has(layer.spec.name))
    .map(({ layer }) => layer.spec.name);
  const known = new Set(wanted.map(({ layer }) => layer.spec.name));
  const extra = groups.filter((group) => !known.has(group.layer)).map((group) => group.layer);
  const byOrder = file.format === 'weights-h5' && missing.length > 0 && groups.length === wanted.length;
  if (!byOrder && missing.length + extra.length > 0) throw misfit(missing, extra);

  const bound = new Map<PlannedLayer, StoredWeight[]>();
  wanted.forEach(({ layer, slots }, i) => {
    const group = byOrder ? groups[i]! : valueAt(byName, layer.spec.name);
    const weights = matched(slots, group.weights, layer.path);
    slots.forEach(({ leaf }, k) => {
      bound.set(leaf, [...(bound.get(leaf) ?? []), weights[k]!]);
    });
  });
  return file.backend === 'theano' ? flipped(bound) : bound;
}

export function misfit(missing: readonly string[], extra: readonly string[]): NetError {
  const parts = [
    ...(missing.length > 0 ? [`has no weights for ${quoted(missing)}`] : []),
    ...(extra.length > 0 ? [`has weights for ${quoted(extra)}, which the net has not`] : []),
  ];
  return new NetError(`The file ${parts.join(' and ')}`, {
    hint: 'The weights are of another net, or the file is damaged.',
  });
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `layer "${name}"`);
  return shown.join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
}

/** The weights that a layer, or the layers of a nested model, keep in one group, in Keras's order. */
function slotsOf(layer: PlannedLayer): LeafSlot[] {
  return [...trained(layer), ...frozen(layer)];
}

function trained(layer: PlannedLayer): LeafSlot[] {
  if (!layer.spec.trainable) return [];
  return layer.inner ? layer.inner.layers.flatMap(trained) : own(layer).filter(({ slot }) => slot.trainable);
}

function frozen(layer: PlannedLayer): LeafSlot[] {
  const { trainable } = layer.spec;
  if (layer.inner) return layer.inner.layers.flatMap(trainable ? frozen : slotsOf);
  return own(layer).filter(({ slot }) => !trainable || !slot.trainable);
}

function own(layer: PlannedLayer): LeafSlot[] {
  return (layer.plan?.slots ?? []).map((slot) => ({ leaf: layer, slot }));
}

/** A group's weights in the order of the slots: by their names where these tell, else as they come. */
function matched(
  slots: readonly LeafSlot[],
  weights: readonly StoredWeight[],
  layer: string,
): StoredWeight[] {
  const wanted = slots.map(({ leaf, slot }) =>
    leaf.path === layer ? slot.name : `${leaf.spec.name}/${slot.name}`,
  );
  if (weights.length !== slots.length) throw wrongCount(layer, wanted, weights);
  const nested = slots.some(({ leaf }) => leaf.path !== layer);
  const byLast = new Map<string, { weight: StoredWeight; parts: ReadonlySet<string> }[]>();
  for (const weight of weights) {
    const parts = weight.name.replace(/:\d+$/, '').split('/');
    const last = parts.at(-1) ?? '';
    const alike = byLast.get(last) ?? [];
    byLast.set(last, alike);
    alike.push({ weight, parts: new Set(parts) });
  }
  const named = slots.map(({ leaf, slot }) =>
    (byLast.get(slot.name) ?? [])
      .filter(({ parts }) => !nested || parts.has(leaf.spec.name))
      .map(({ weight }) => weight),
  );
  const found = named.map((candidates) => (candidates.length === 1 ? candidates[0] : undefined));
  const unique = new Set(found).size === slots.length && !found.includes(undefined);
  return unique ? (found as StoredWeight[]) : [...weights];
}

/** Theano turns kernels over before it slides them, so its files hold them the other way round. */
function flipped(bound: Map<PlannedLayer, StoredWeight[]>): BoundWeights {
  const turned = new Map<PlannedLayer, readonly StoredWeight[]>();
  for (const [leaf, weights] of bound) {
    const { className } = leaf.spec;
    if (className === 'DepthwiseConv2D' || className === 'SeparableConv2D') {
      throw new NetError(`Layer "${leaf.path}" (${className}) was trained with Theano, which can't be used`, {
        hint: 'Load the net with Keras on TensorFlow and save it again.',
      });
    }
    const [kernel, ...others] = atLeast(1, weights);
    const isFlipped = className === 'Conv2D' || className === 'Conv2DTranspose';
    turned.set(leaf, isFlipped ? [{ ...kernel, read: () => turnedOver(kernel) }, ...others] : weights);
  }
  return turned;
}

/** A kernel of (rows, columns, …) with both its first dimensions the other way round. */
function turnedOver({ shape, read }: StoredWeight): Float32Array {
  const values = read();
  const places = (shape[0] ?? 1) * (shape[1] ?? 1);
  const each = values.length / places;
  const turned = new Float32Array(values.length);
  for (let place = 0; place < places; place++) {
    turned.set(values.subarray(place * each, (place + 1) * each), (places - 1 - place) * each);
  }
  return turned;
}
