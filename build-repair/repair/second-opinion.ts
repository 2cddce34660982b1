import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { copyBetween } from '../../models/nets/graph';
import type { FeatureSpace } from './observe';
import type { LinearHead } from './softmax-regression';

/** How much an excluded class loses for each unit that it lies beyond the limit: more than logits differ by. */
const PENALTY = 100;

/** B's features and a head on them that was learned anew, from labels. */
export interface SecondOpinion {
  readonly latent: FeatureSpace;
  readonly trunk: FeatureSpace | undefined;
  readonly head: LinearHead;
  /** A class counts only while its score is this close to the highest. */
  readonly limit: number;
}

/**
 * Makes B′ of B and a second opinion: B's logits, less a penalty for every class that the relearned head holds to be
 * far from likely. All layers are ones that TensorFlow.js has.
 * @param net B's head (see partNet): stem's output → [logits, latent, trunk?]
 */
export function withSecondOpinion(net: tfl.LayersModel, opinion: SecondOpinion): tfl.LayersModel {
  const copy = copyBetween(net.inputs[0]!, net.outputs, 'opinion');
  const [logits, latent, trunk] = copy.outputs as [
    tfl.SymbolicTensor,
    tfl.SymbolicTensor,
    tfl.SymbolicTensor?,
  ];
  const classes = opinion.head.bias.length;
  const apply = (layer: tfl.layers.Layer, to: tfl.SymbolicTensor | tfl.SymbolicTensor[]) =>
    layer.apply(to) as tfl.SymbolicTensor;
  const weights = new Map<tfl.layers.Layer, () => tf.Tensor[]>();
  const space = (
    from: tfl.SymbolicTensor,
    { directions, features, dimensions }: FeatureSpace,
    name: string,
  ) => {
    const flat = from.shape.length === 2 ? from : apply(tfl.layers.flatten({ name: `${name}_values` }), from);
    if (!directions) return flat;
    const layer = tfl.layers.dense({ units: dimensions, useBias: false, name: `${name}_directions` });
    weights.set(layer, () => [tf.tensor2d(directions, [features, dimensions])]);
    return apply(layer, flat);
  };
  const spaces = [space(latent, opinion.latent, 'latent')];
  if (trunk && opinion.trunk) spaces.push(space(trunk, opinion.trunk, 'trunk'));
  const features =
    spaces.length === 1 ? spaces[0]! : apply(tfl.layers.concatenate({ name: 'features' }), spaces);

  const relearned = tfl.layers.dense({ units: classes, name: 'relearned' });
  weights.set(relearned, () => [
    tf.tensor2d(opinion.head.weights, [opinion.head.weights.length / classes, classes]),
    tf.tensor1d(opinion.head.bias),
  ]);
  const scores = apply(relearned, features);
  const column = apply(tfl.layers.reshape({ targetShape: [classes, 1], name: 'scores' }), scores);
  const highest = apply(tfl.layers.globalMaxPooling1d({ name: 'highest' }), column);
  const negative = apply(tfl.layers.rescaling({ scale: -1, offset: 0, name: 'negative' }), scores);
  const behind = apply(tfl.layers.add({ name: 'behind' }), [highest, negative]);
  const beyond = apply(tfl.layers.thresholdedReLU({ theta: opinion.limit, name: 'beyond' }), behind);
  const penalty = apply(tfl.layers.rescaling({ scale: -PENALTY, offset: 0, name: 'penalty' }), beyond);
  const outputs = apply(tfl.layers.add({ name: 'repaired_logits' }), [logits, penalty]);
  const model = tfl.model({ inputs: copy.inputs, outputs, name: 'repaired' });
  tf.tidy(() => {
    for (const [layer, make] of weights) layer.setWeights(make());
  });
  return model;
}
