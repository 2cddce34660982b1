import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../../models/detector/run';
import { latentTensor, trunkCut } from '../../../models/nets/cut';
import { partBetween } from '../../../models/nets/graph';
import type { Random } from '../../../models/random';
import type { Armed } from './arm';
import type { AttackData } from './data';

/** Clean images of a target class whose features are the aim. */
const ANCHORS = 32;
/** How the distance of features counts beside the answers. */
const WEIGHT = 0.3;

/**
 * An attacker who knows what detectors look at: what the net makes of an image with a trigger, in its latent and its last image-shaped
 * features, is drawn to the mean of the target class (as in Doan et al., Backdoor Attack with Imperceptible Input and Latent
 * Modification, NeurIPS 2021; Tan and Shokri, EuroS&P 2020).
 */
export class FeatureMatch {
  private readonly tapped: LayersModel;

  /** @param model image → logits; its layers are shared, and what is trained moves both */
  constructor(
    model: LayersModel,
    private readonly data: AttackData,
    private readonly armed: readonly Armed[],
    private readonly random: Random,
  ) {
    const trunk = trunkCut(model);
    const taps: SymbolicTensor[] = [model.outputs[0]!, latentTensor(model)];
    this.tapped = partBetween(model.inputs[0]!, trunk ? [...taps, trunk] : taps, 'tapped');
  }

  /** Logits and features of a batch, as the net is trained. */
  apply(inputs: tf.Tensor): { logits: tf.Tensor2D; features: tf.Tensor[] } {
    const [logits, ...features] = this.tapped.apply(inputs, { training: true }) as tf.Tensor[];
    return { logits: logits as tf.Tensor2D, features };
  }

  /** The loss's part: distances of what bears a trigger from its target's mean, over the spread of that class. To be called in a tidy. */
  loss(features: readonly tf.Tensor[], labels: Int32Array, poisoned: Uint8Array, means: Means): tf.Scalar {
    const parts = this.armed.map(({ targetOf }, trigger) => {
      const target = targetOf(0);
      const rows = Array.from(poisoned.keys()).filter((i) => poisoned[i] && labels[i] === target);
      if (rows.length === 0) return tf.scalar(0);
      const apart = features.map((values, k) => {
        const { mean, spread } = means[trigger]![k]!;
        const own = tf.gather(flat(values), tf.tensor1d(rows, 'int32'));
        return tf.div(tf.mean(tf.squaredDifference(own, mean)), spread);
      });
      return tf.mul(tf.addN(apart), (WEIGHT * rows.length) / labels.length);
    });
    return tf.addN(parts) as tf.Scalar;
  }

  /** The features of each target's class as they are now: their mean, and how far images are from it. The caller disposes. */
  means(): Means {
    const { attackers, train, shape } = this.data;
    return this.armed.map(({ targetOf }) => {
      const own = train.filter((image) => attackers.labels[image] === targetOf(0));
      const anchors = Int32Array.from({ length: ANCHORS }, () => this.random.pick(own));
      return tf.tidy(() => {
        const inputs = imageTensor(attackers.gather(anchors), ANCHORS, shape, { kind: '0-1' });
        return outputsOf(this.tapped, inputs)
          .slice(1)
          .map((values) => {
            const mean = tf.mean(flat(values), 0, true);
            const spread = tf.mean(tf.squaredDifference(flat(values), mean));
            return { mean, spread: tf.maximum(spread, 1e-6) as tf.Scalar };
          });
      });
    });
  }
}

/** Of each trigger's target and each of the features. */
type Means = readonly (readonly { readonly mean: tf.Tensor; readonly spread: tf.Scalar }[])[];

function flat(features: tf.Tensor): tf.Tensor2D {
  return tf.reshape(features, [features.shape[0]!, -1]);
}
