import { isObject, type Json, own, ownText } from '../config/json';
import type { NetHdf5, StoredNumbers } from '../file/hdf5';
import type { WeightGroup } from './manifest';

const DEEPEST = 20;

/** The layers at the top of a net, each with the names of all layers in it. */
export function layersIn(config: Json): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(listed(config).map((layer) => [nameOf(layer), new Set(namesIn(layer, 0))]));
}

function namesIn(layer: Json, depth: number): string[] {
  const inner = depth < DEEPEST ? listed(layer) : [];
  return [nameOf(layer), ...inner.flatMap((each) => namesIn(each, depth + 1))];
}

/** The layers of a model: a Sequential one may have them as its whole configuration. */
function listed(model: Json): Json[] {
  const config = isObject(model) ? own(model, 'config') : undefined;
  const layers = isObject(config) ? own(config, 'layers') : config;
  return Array.isArray(layers) ? layers : [];
}

function nameOf(layer: Json): string {
  if (!isObject(layer)) return '';
  const config = own(layer, 'config');
  return ownText(layer, 'name') ?? (isObject(config) ? ownText(config, 'name') : undefined) ?? '';
}

/**
 * A net's weights as in an HDF5 file of Keras: a group for each layer, with a list of its weights. TensorFlow.js names them by the layer
 * that has them, `conv/kernel`, however deep it is nested.
 * @param bytes of each group of the manifest
 */
export function layersOfWeights(
  manifest: readonly WeightGroup[],
  layers: ReadonlyMap<string, ReadonlySet<string>>,
  bytes: readonly Uint8Array[],
): NetHdf5 {
  const byLayer = new Map<string, Map<string, StoredNumbers>>();
  manifest.forEach(({ weights }, i) => {
    let at = 0;
    for (const { name, shape, dtype, bytes: length, read } of weights) {
      const own = bytes[i]!.subarray(at, at + length);
      at += length;
      const layer = layerOf(name, layers);
      const group = byLayer.get(layer) ?? new Map<string, StoredNumbers>();
      byLayer.set(layer, group.set(name, { shape, dtype, read: () => read(own) }));
    }
  });
  const layer = (path: string) => byLayer.get(path.replace(/^\//, ''));
  return {
    names: (group) => [...(layer(group)?.keys() ?? (group === '' ? byLayer.keys() : []))],
    isGroup: (path) => layer(path) !== undefined,
    identity: (path) => path,
    text: () => undefined,
    texts: (path, attribute) => {
      if (attribute === 'layer_names') return [...byLayer.keys()];
      return attribute === 'weight_names' ? [...(layer(path)?.keys() ?? [])] : undefined;
    },
    numbers: (path) => {
      for (const [name, group] of byLayer) {
        const found = path.startsWith(`/${name}/`) ? group.get(path.slice(name.length + 2)) : undefined;
        if (found) return found;
      }
      return undefined;
    },
    close: () => byLayer.clear(),
  };
}

/** The layer at the top that a weight is of; where its name tells none, what it says itself. */
function layerOf(weight: string, layers: ReadonlyMap<string, ReadonlySet<string>>): string {
  const parts = weight.split('/').slice(0, -1);
  const within = [...layers].filter(([, names]) => parts.some((part) => names.has(part)));
  const [only] = within.filter(([layer]) => parts.includes(layer));
  return (only ?? within[0])?.[0] ?? parts[0] ?? weight;
}
