import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { first } from '../../../models/present';
import type { LinearProbe } from '../learn/softmax-regression';
import type { FeatureSpace } from '../observe/observe';

/** The linear probe's say, beside B's logits. Origin: chosen by hand; not varied. */
const WEIGHT = 0.5;

/** B's features and a head on them that was learned anew, from labels. */
export interface SecondOpinion {
  readonly latent: FeatureSpace;
  readonly trunk: FeatureSpace | undefined;
  readonly head: LinearProbe;
}

/**
 * Makes B′ of what B gives: B's logits, and a share of the linear probe's scores. All layers are ones that
 * TensorFlow.js has.
 * @param bad B with its features (see featureNet): its outputs [logits, latent, trunk?] become the inputs
 * @returns [logits of B′, scores of the linear probe]
 */
export function withSecondOpinion(bad: tfl.LayersModel, opinion: SecondOpinion): tfl.LayersModel {
  const names = ['logits', 'latent', 'trunk'];
  const inputs = bad.outputs
    .slice(0, 3)
    .map((output, i) => tfl.input({ shape: output.shape.slice(1), name: `bad_${names[i]}` }));
  const [logits, latent, trunk] = inputs as [tfl.SymbolicTensor, tfl.SymbolicTensor, tfl.SymbolicTensor?];
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
    spaces.length === 1 ? first(spaces) : apply(tfl.layers.concatenate({ name: 'features' }), spaces);
  const relearned = tfl.layers.dense({ units: classes, name: 'relearned' });
  weights.set(relearned, () => [
    tf.tensor2d(opinion.head.weights, [opinion.head.weights.length / classes, classes]),
    tf.tensor1d(opinion.head.bias),
  ]);
  const scores = apply(relearned, features);
  const share = apply(tfl.layers.rescaling({ scale: WEIGHT, offset: 0, name: 'share' }), scores);
  const outputs = [apply(tfl.layers.add({ name: 'repaired_logits' }), [logits, share]), scores];
  const model = tfl.model({ inputs, outputs, name: 'relearned' });
  tf.tidy(() => {
    for (const [layer, make] of weights) layer.setWeights(make());
  });
  return model;
}
