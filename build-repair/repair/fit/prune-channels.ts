import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { outputsWithin } from '../../../models/detector/run';
import { NetError } from '../../../models/errors';
import { isConvolution } from '../../../models/nets/cut';
import { callOf, type LayerCall } from '../../../models/nets/graph';
import { first, last } from '../../../models/present';
import type { RepairContext } from '../../context';
import { spread } from '../../images/load';
import { STAGES } from '../../stages';
import { accuracyOn, eachBatch } from '../observe/accuracy';

/** Clean images that activations and accuracy are measured on, at most. Origin: chosen by hand; not varied. */
const MOST_IMAGES = 2000;
/** Channels are taken away by so small a share at a time. Origin: chosen by hand; not varied. */
const STEP = 0.05;
/** Origin: chosen by hand; not varied. */
const MOST_PRUNED = 0.95;

/** A convolution whose dormant channels are taken away, and the normalisation that follows it, if any. */
interface Stage {
  readonly layer: layers.Layer;
  readonly normalisation: layers.Layer | undefined;
  readonly output: LayerCall['outputs'][number];
}

/** Which channels were pruned, so that training can keep them so. */
export interface PrunedChannels {
  readonly layers: { readonly name: string; readonly pruned: number; readonly channels: number }[];
  /** Accuracy on the clean images before and after, 0–1. */
  readonly accuracyBefore: number;
  readonly accuracyAfter: number;
  /** Sets the pruned channels' weights to zero (again) in the net, or in a copy of it or of its head. */
  reapply(model: LayersModel): void;
}

/**
 * Prunes the channels of the last convolution stage that are dormant on clean images, in order of their mean
 * activation, while clean accuracy holds (Liu et al., Fine-Pruning, RAID 2018). Where parallel branches feed the
 * head, the last convolution of each branch is pruned: a backdoor that lives in two branches survives in one.
 * @param net takes images; flat, ending in logits; changed in place
 * @param most the largest loss of clean accuracy, 0–1
 * @throws NetError where there is no convolution
 */
export async function pruneDormantChannels(
  context: RepairContext,
  net: LayersModel,
  fit: Int32Array,
  most: number,
): Promise<PrunedChannels> {
  const sample = spread(fit, MOST_IMAGES);
  const stages = lastStages(net);
  if (stages.length === 0) {
    throw new NetError('There is no convolution before the head of the net, whose channels could be pruned', {
      hint: 'Take --method expert, which needs none.',
    });
  }
  const original = stages.map(({ layer }) => layer.getWeights().map((weight) => weight.clone()));
  const originalNormalisation = stages.map(({ normalisation }) =>
    adjustable(normalisation).map((weight) => weight.clone()),
  );
  try {
    const activation = await meanActivation(context, net, stages, sample);
    const orders = activation.map((means) => [...means.keys()].sort((a, b) => means[a]! - means[b]!));
    let pruned = stages.map(() => 0);

    const apply = (counts: readonly number[]): void => {
      stages.forEach((stage, i) => {
        const keep = new Float32Array(orders[i]!.length).fill(1);
        for (const channel of orders[i]!.slice(0, counts[i])) keep[channel] = 0;
        maskWeights(stage, original[i]!, originalNormalisation[i]!, keep);
      });
    };
    const accuracyBefore = await accuracyOn(context, net, sample);
    let accuracyAfter = accuracyBefore;
    for (let share = STEP; share <= MOST_PRUNED; share += STEP) {
      const counts = orders.map((order) => Math.floor(order.length * share));
      apply(counts);
      const accuracy = await accuracyOn(context, net, sample);
      context.progress({ stage: STAGES.pruning, done: share, total: MOST_PRUNED, accuracy });
      if (accuracy < accuracyBefore - most) break;
      pruned = counts;
      accuracyAfter = accuracy;
    }
    apply(pruned);
    const masks = stages.map((stage, i) => {
      const keep = new Float32Array(orders[i]!.length).fill(1);
      for (const channel of orders[i]!.slice(0, pruned[i])) keep[channel] = 0;
      return { stage, keep };
    });
    return {
      layers: stages.map(({ layer }, i) => ({
        name: layer.name,
        pruned: pruned[i]!,
        channels: orders[i]!.length,
      })),
      accuracyBefore,
      accuracyAfter,
      reapply: (model) => {
        for (const { stage, keep } of masks) {
          const layer = model.getLayer(stage.layer.name);
          const normalisation = stage.normalisation && model.getLayer(stage.normalisation.name);
          maskWeights({ layer, normalisation }, layer.getWeights(), adjustable(normalisation), keep);
        }
      },
    };
  } finally {
    tf.dispose([original, originalNormalisation]);
  }
}

/** The last convolution of every branch that feeds the head. */
function lastStages(net: LayersModel): Stage[] {
  const stages = new Map<string, Stage>();
  const seen = new Set<number>();
  const walk = (tensor: LayerCall['outputs'][number], after: LayerCall | undefined): void => {
    if (seen.has(tensor.id)) return;
    seen.add(tensor.id);
    const call = callOf(tensor);
    if (hasOwnChannels(call.layer)) {
      const normalised = after?.layer.getClassName() === 'BatchNormalization' ? after : undefined;
      stages.set(call.layer.name, {
        layer: call.layer,
        normalisation: normalised?.layer,
        output: first((normalised ?? call).outputs),
      });
      return;
    }
    for (const input of call.inputs) walk(input, call);
  };
  walk(first(net.outputs), undefined);
  return [...stages.values()];
}

/** A depthwise convolution only passes its input's channels on. */
function hasOwnChannels(layer: layers.Layer): boolean {
  return isConvolution(layer) && layer.getClassName() !== 'DepthwiseConv2D';
}

/** Scale and shift of a batch normalisation, as far as it has them. */
function adjustable(normalisation: layers.Layer | undefined): tf.Tensor[] {
  return normalisation?.getWeights().slice(0, normalisation.trainableWeights.length) ?? [];
}

/** Zeroes the last axis of a convolution's weights, and its normalisation's scale and shift, where keep is 0. */
function maskWeights(
  stage: Pick<Stage, 'layer' | 'normalisation'>,
  weights: readonly tf.Tensor[],
  normalisation: readonly tf.Tensor[],
  keep: Float32Array,
): void {
  tf.tidy(() => {
    const mask = tf.tensor1d(keep);
    const masked = (weight: tf.Tensor) =>
      weight.shape.at(-1) === keep.length ? tf.mul(weight, mask) : weight;
    stage.layer.setWeights(weights.map(masked));
    if (stage.normalisation) {
      const statistics = stage.normalisation.getWeights().slice(normalisation.length);
      stage.normalisation.setWeights([...normalisation.map(masked), ...statistics]);
    }
  });
}

async function meanActivation(
  context: RepairContext,
  net: LayersModel,
  stages: readonly Stage[],
  sample: Int32Array,
): Promise<Float32Array[]> {
  const { model } = await import('@tensorflow/tfjs-layers');
  const tapped = model({ inputs: net.inputs, outputs: stages.map(({ output }) => output) });
  const sums = stages.map(({ output }) => new Float32Array(last(output.shape)));
  await eachBatch(context, sample, (input) => {
    const means = tf.tidy(() =>
      outputsWithin(tapped, input, context.memory).map((each) =>
        tf.sum(tf.mean(tf.relu(each), [1, 2]), 0).dataSync(),
      ),
    );
    means.forEach((channels, i) => {
      channels.forEach((value, channel) => {
        sums[i]![channel]! += value;
      });
    });
  });
  return sums;
}
