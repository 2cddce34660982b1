import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeKerasH5 } from '../../../models/keras/write/h5';

/** Where trained nets are kept: `.cache/attacks`, which git ignores. */
export const CACHE = join(import.meta.dirname, '../../../.cache/attacks');

/** Writes a net as Keras does. */
export async function keep(model: LayersModel, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await writeKerasH5(model, path);
}

/** Copies the weights of a net to the layers of the same names in another. */
export function copyWeights(from: LayersModel, to: LayersModel): void {
  for (const layer of from.layers.filter(({ weights }) => weights.length > 0)) {
    to.getLayer(layer.name).setWeights(layer.getWeights());
  }
}
