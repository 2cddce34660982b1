import * as tfl from '@tensorflow/tfjs-layers';
import { latentTensor, stemCut, trunkCut } from './cut';
import { copyBetween } from './graph';

/** Trunk features are averaged over places until an image has no more values than this. */
const MOST_TRUNK_VALUES = 4096;

/** A net in two parts: the stem, which the repaired net shares, and a head that also gives its features. */
export interface NetParts {
  /** image → the shared features; undefined where the net has no place to be cut. */
  readonly stem: tfl.LayersModel | undefined;
  /** Those features (or the image) → [logits, latent, trunk?]. */
  readonly head: tfl.LayersModel;
  readonly hasTrunk: boolean;
}

/** Cuts a flat net (see copyNet) that ends in logits; the parts have weights of their own. */
export function partNet(flat: tfl.LayersModel, options: { shareStem: boolean }): NetParts {
  const cut = options.shareStem ? stemCut(flat) : undefined;
  const trunk = trunkCut(flat);
  const outputs = [flat.outputs[0]!, own(latentTensor(flat), 'latent')];
  if (trunk) outputs.push(own(pooled(trunk), 'trunk'));
  return {
    stem: cut && copyBetween(flat.inputs[0]!, [cut], 'stem'),
    head: copyBetween(cut ?? flat.inputs[0]!, outputs, 'bad'),
    hasTrunk: trunk !== undefined,
  };
}

/** The head of a flat net that takes what `stemCut` gives, or the whole net where there is no such cut. */
export function headOf(flat: tfl.LayersModel, name: string): tfl.LayersModel {
  return copyBetween(stemCut(flat) ?? flat.inputs[0]!, flat.outputs, name);
}

function pooled(trunk: tfl.SymbolicTensor): tfl.SymbolicTensor {
  const [, height, width, channels] = trunk.shape as number[];
  let pool = 1;
  while (
    Math.ceil(height! / pool) * Math.ceil(width! / pool) * channels! > MOST_TRUNK_VALUES &&
    pool < Math.max(height!, width!)
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

/** A tensor of its own even where the features are the net's logits or the cut itself. */
function own(tensor: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return tfl.layers.activation({ activation: 'linear', name }).apply(tensor) as tfl.SymbolicTensor;
}
