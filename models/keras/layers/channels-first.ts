import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { atLeast, first } from '../../present';
import { type JsonObject, own } from '../config/json';
import type { Shape } from '../config/spec';
import { type Applier, applier, channelsOf, lazily, type Plan } from './plan';

/** Layers that say how images lie; of these alone channels first are the same as channels last, whatever the sides. */
const BY_FORMAT = new Set([
  'AveragePooling2D',
  'CenterCrop',
  'Conv2D',
  'Conv2DTranspose',
  'Cropping2D',
  'DepthwiseConv2D',
  'Flatten',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'MaxPooling2D',
  'Resizing',
  'SeparableConv2D',
  'SpatialDropout2D',
  'UpSampling2D',
  'ZeroPadding2D',
]);
const BY_AXIS = new Set([
  'BatchNormalization',
  'Concatenate',
  'GroupNormalization',
  'LayerNormalization',
  'Normalization',
  'Softmax',
  'UnitNormalization',
]);
const BY_VALUE = new Set([
  'Dropout',
  'ELU',
  'Identity',
  'InputLayer',
  'LeakyReLU',
  'ReLU',
  'StochasticDepth',
  'ops.abs',
  'ops.clip',
  'ops.exp',
  'ops.gelu',
  'ops.log',
  'ops.power',
]);
const MERGES = new Set(['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract', 'ops.divide']);
const CHANNELS = [1, -3];
const OVER_LAST = ['softmax', 'log_softmax', 'softmax_v2', 'log_softmax_v2'];

/**
 * Plans a layer of a net whose images lie channels first. Here they all lie channels last: layers that tell where the
 * channels are, or look at values alone, work on these; others get the images turned, and turned back.
 * @param plan plans the layer with options of its class
 */
export function planChannelsFirst(
  { className, config }: { className: string; config: JsonObject },
  where: string,
  plan: (config: JsonObject) => Plan,
): Plan {
  const isSoftmax = OVER_LAST.includes(String(own(config, 'activation') ?? ''));
  if (BY_FORMAT.has(className) && own(config, 'data_format') === 'channels_first') {
    if (isSoftmax) {
      throw new NetError(`${where} has a softmax over the columns of images that lie channels first`, {
        hint: 'Put a Softmax layer with axis=1 behind it and save the net again.',
      });
    }
    return plan({ ...config, data_format: 'channels_last' });
  }
  if (BY_VALUE.has(className) || (className === 'Activation' && !isSoftmax)) return plan(config);
  if (className === 'Rescaling') {
    if (['scale', 'offset'].every((key) => typeof (own(config, key) ?? 0) === 'number')) return plan(config);
    throw new NetError(`${where} scales images that lie channels first by lists`, {
      hint: 'Build the net with one scale and one offset, or with channels last, and save it again.',
    });
  }
  if (MERGES.has(className)) return byRank(plan(config), permuted(plan(config)));
  if (className === 'PReLU' && String(own(config, 'shared_axes')) === '2,3')
    return slopesOfChannels(plan({ ...config, shared_axes: [1, 2] }));
  const [axis] = [own(config, 'axis')].flat();
  if (BY_AXIS.has(className) && CHANNELS.includes(axis as number)) {
    return byRank(plan({ ...config, axis: -1 }), plan(config));
  }
  return permuted(plan(config));
}

/** A slope a channel, which the file has as (channels, 1, 1). */
function slopesOfChannels(plan: Plan): Plan {
  return {
    slots: plan.slots.map((slot) => ({ ...slot, shape: (input) => [channelsOf(input), 1, 1] })),
    make(name, weights) {
      const alpha = first(weights);
      return plan.make(name, [{ ...alpha, shape: [1, 1, first(alpha.shape)] }]);
    },
  };
}

const isImage = (shape: Shape) => shape.length === 4;

/** One plan where all inputs are images, else the other; both have the same weights. */
function byRank(ofImages: Plan, ofOthers: Plan): Plan {
  const planFor = (shapes: readonly Shape[]) => (shapes.every(isImage) ? ofImages : ofOthers);
  return {
    slots: ofImages.slots.map((slot, i) => ({
      ...slot,
      shape: (input) => planFor([input]).slots[i]!.shape(input),
    })),
    make: (name, weights) =>
      lazily((inputs) => planFor(inputs.map(({ shape }) => shape)).make(name, weights)),
  };
}

/** A plan that is given images channels first, as the file means them. */
function permuted(plan: Plan): Plan {
  return {
    slots: plan.slots.map((slot) => ({
      ...slot,
      shape(input) {
        if (!isImage(input)) return slot.shape(input);
        const [count, height, width, channels] = atLeast(4, input);
        return slot.shape([count, channels, height, width]);
      },
    })),
    make: (name, weights) => {
      const inner = plan.make(name, weights);
      const permutations = new Map<string, Applier>();
      const turn = (tensor: SymbolicTensor, what: string, dims: number[]): SymbolicTensor => {
        if (!isImage(tensor.shape)) return tensor;
        const made = permutations.get(what) ?? applier(layers.permute({ name: `${name}_${what}`, dims }));
        permutations.set(what, made);
        return made([tensor]);
      };
      return (inputs) =>
        turn(inner(inputs.map((input, i) => turn(input, `first_${i}`, [3, 1, 2]))), 'last', [2, 3, 1]);
    },
  };
}
