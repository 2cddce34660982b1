import * as tfl from '@tensorflow/tfjs-layers';
import { atLeast, first } from '../present';
import { latentTensor, stemCut, transplantCut, trunkCut } from './cut';
import { callOf, copyBetween, partBetween } from './graph';

/** Trunk features are averaged over places until an image has no more values than this. Origin: chosen by hand; not varied. */
const MOST_TRUNK_VALUES = 4096;

/** A net that also gives its features. */
export interface FeatureNet {
  /** image → [logits, latent, trunk?, cut?, stem?]. */
  readonly net: tfl.LayersModel;
  readonly hasTrunk: boolean;
  /** Whether it has a cut among its outputs. */
  readonly hasCut: boolean;
  /** Whether its last output is its stem. */
  readonly hasStem: boolean;
}

/**
 * Where the cut is among a feature net's outputs, if it has one; the stem, if it has one, is the last.
 * Origin: no choice: the order of what featureNet gives.
 */
export const CUT = 3;

/** A copy of a flat net (see copyNet) that ends in logits, with its features as further outputs. */
export function featureNet(flat: tfl.LayersModel, name: string): FeatureNet {
  const trunk = trunkCut(flat);
  const outputs = [first(flat.outputs), own(latentTensor(flat), 'latent')];
  if (trunk) outputs.push(own(pooled(trunk), 'trunk'));
  const cut = trunk && transplantCut(flat);
  if (cut) outputs.push(own(cut, 'cut'));
  const stem = stemCut(flat);
  if (stem) outputs.push(own(stem, 'stem'));
  const net = copyBetween(first(flat.inputs), outputs, name);
  return { net, hasTrunk: trunk !== undefined, hasCut: cut !== undefined, hasStem: stem !== undefined };
}

/**
 * The rest of a feature net behind its cut: cut → logits. Its layers are those of the feature net, which frees them.
 * @param net a feature net that has a cut
 */
export function headBehindCut(net: tfl.LayersModel): tfl.LayersModel {
  return partBetween(first(callOf(net.outputs[CUT]!).inputs), [first(net.outputs)], `${net.name}_head`);
}

function pooled(trunk: tfl.SymbolicTensor): tfl.SymbolicTensor {
  const [, height, width, channels] = atLeast(4, trunk.shape as number[]);
  let pool = 1;
  while (
    Math.ceil(height / pool) * Math.ceil(width / pool) * channels > MOST_TRUNK_VALUES &&
    pool < Math.max(height, width)
  ) {
    pool++;
  }
  if (pool === 1) return trunk;
  const layer = tfl.layers.averagePooling2d({
    poolSize: pool,
    strides: pool,
    padding: 'same',
    name: 'trunk_pool',
  });
  return layer.apply(trunk) as tfl.SymbolicTensor;
}

/** A tensor of its own even where the features are the net's logits or its input. */
function own(tensor: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return tfl.layers.activation({ activation: 'linear', name }).apply(tensor) as tfl.SymbolicTensor;
}
