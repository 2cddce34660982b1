import { layers } from '@tensorflow/tfjs-layers';
import { ChannelScale } from '../../nets/channel-scale';
import { GroupNormalization } from '../../nets/group-normalization';
import { UnitNormalization } from '../../nets/unit-normalization';
import { atLeast, first } from '../../present';
import { isObject, own } from '../config/json';
import type { Shape } from '../config/spec';
import type { Options } from './options';
import {
  type Applier,
  applier,
  channelsOf,
  checkLast,
  lazily,
  overLast,
  type Plan,
  slot,
  type WeightSlot,
  type WeightValues,
} from './plan';

/** What normalisations begin with: they change nothing. */
export const ZEROS_AND_ONES = {
  betaInitializer: 'zeros',
  gammaInitializer: 'ones',
  movingMeanInitializer: 'zeros',
  movingVarianceInitializer: 'ones',
} as const;

/** One value a channel; the axis is checked first, so that no shape is complained of in its place. */
const perChannel = (options: Options, axes: readonly number[]) => (input: Shape) => {
  checkLast(options, axes, input);
  return [channelsOf(input)];
};

/** The given weights in TensorFlow.js's order, with ones and zeros for the scale and shift that Keras left out. */
function filled(
  slots: readonly WeightSlot[],
  weights: readonly WeightValues[],
  shape = first(weights).shape,
): WeightValues[] {
  const given = new Map(slots.map((each, i) => [each.name, weights[i]!]));
  const statistics = ['moving_mean', 'moving_variance'].flatMap((name) => given.get(name) ?? []);
  return [given.get('gamma') ?? all(shape, 1), given.get('beta') ?? all(shape, 0), ...statistics];
}

function all(shape: readonly number[], value: number): WeightValues {
  return { shape, values: new Float32Array(first(shape)).fill(value) };
}

/** The layers that shift and scale. */
export const normalizationLayers: Record<string, (options: Options) => Plan> = {
  BatchNormalization: (options) => {
    const axes = options.integers('axis', [-1]);
    const epsilon = options.number('epsilon', 1e-3);
    const scale = options.boolean('scale', true);
    const center = options.boolean('center', true);
    options.only('renorm', [false]);
    options.raw('renorm_momentum');
    options.raw('renorm_clipping');
    const channels = perChannel(options, axes);
    options.only('virtual_batch_size', []);
    const slots = [
      ...(scale ? [slot('gamma', channels)] : []),
      ...(center ? [slot('beta', channels)] : []),
      slot('moving_mean', channels, false),
      slot('moving_variance', channels, false),
    ];
    return {
      slots,
      // TensorFlow.js can't train one without scale or shift, so it always has both.
      make: (name, weights) =>
        applier(layers.batchNormalization({ name, epsilon, ...ZEROS_AND_ONES }), filled(slots, weights)),
    };
  },
  LayerNormalization: (options) => {
    const axes = options.integers('axis', [-1]);
    const epsilon = options.number('epsilon', 1e-3);
    const scale = options.boolean('scale', true);
    const center = options.boolean('center', true);
    options.only('rms_scaling', [false]);
    const channels = perChannel(options, axes);
    const slots = [...(scale ? [slot('gamma', channels)] : []), ...(center ? [slot('beta', channels)] : [])];
    return {
      slots,
      // As with BatchNormalization, it always has both.
      make: (name, weights) =>
        lazily(([input]) => {
          const values = filled(slots, weights, [channelsOf(input.shape)]);
          return overLast(
            options,
            axes,
            applier(layers.layerNormalization({ name, epsilon, axis: -1 }), values),
          );
        }),
    };
  },
  GroupNormalization: (options) => {
    const axes = options.integers('axis', [-1]);
    const groups = options.number('groups', 32);
    const epsilon = options.number('epsilon', 1e-3);
    const scale = options.boolean('scale', true);
    const center = options.boolean('center', true);
    const channels = perChannel(options, axes);
    const slots = [...(scale ? [slot('gamma', channels)] : []), ...(center ? [slot('beta', channels)] : [])];
    return {
      slots,
      make: (name, weights) =>
        lazily(([input]) => {
          const length = channelsOf(input.shape);
          const layer = new GroupNormalization({ name, groups: groups === -1 ? length : groups, epsilon });
          const values = slots.length > 0 ? filled(slots, weights) : [];
          return overLast(options, axes, applier(layer, values));
        }),
    };
  },
  UnitNormalization: (options) => {
    const axes = options.integers('axis', [-1]);
    return {
      slots: [],
      make: (name) => overLast(options, axes, applier(new UnitNormalization({ name }))),
    };
  },
  LayerScale: (options) => {
    const channels = options.count('projection_dim');
    options.raw('init_values');
    return {
      slots: [slot('gamma', () => [channels])],
      // One value a channel: a depthwise convolution of one pixel, which can be trained.
      make: (name, weights) =>
        applier(
          layers.depthwiseConv2d({ name, kernelSize: 1, useBias: false, depthwiseInitializer: 'zeros' }),
          [{ shape: [1, 1, channels, 1], values: first(weights).values }],
        ),
    };
  },
  Rescaling: (options) => {
    const scale = numbers(options, 'scale', 1);
    const offset = numbers(options, 'offset', 0);
    return {
      slots: [],
      make: (name) =>
        scale.length === 1 && offset.length === 1
          ? applier(layers.rescaling({ name, scale: first(scale), offset: first(offset) }))
          : applier(new ChannelScale({ name, scale, offset })),
    };
  },
  Normalization: (options) => {
    const axes = options.raw('axis') === undefined ? [] : options.integers('axis');
    options.only('invert', [false]);
    const mean = options.raw('mean') === undefined ? undefined : numbers(options, 'mean', 0);
    const variance = options.raw('variance') === undefined ? undefined : numbers(options, 'variance', 1);
    const length = axes.length === 0 ? () => [] : perChannel(options, axes);
    const toScale = (means: ArrayLike<number>, variances: ArrayLike<number>) => {
      const scale = Array.from(variances, (each) => 1 / Math.max(Math.sqrt(each), 1e-7));
      const last = scale.length - 1;
      return { scale, offset: Array.from(means, (each, i) => -each * scale[Math.min(i, last)]!) };
    };
    const guard = (apply: Applier) => (axes.length === 0 ? apply : overLast(options, axes, apply));
    if (mean && variance) {
      return {
        slots: [],
        make: (name) => guard(applier(new ChannelScale({ name, ...toScale(mean, variance) }))),
      };
    }
    return {
      slots: [slot('mean', length, false), slot('variance', length, false), slot('count', () => [], false)],
      make(name, weights) {
        const [means, variances] = atLeast(2, weights);
        return guard(applier(new ChannelScale({ name, ...toScale(means.values, variances.values) })));
      },
    };
  },
};

/** One number, or one a channel; nested lists as numpy writes them are laid flat. */
function numbers(options: Options, key: string, fallback: number): number[] {
  const raw = options.raw(key) ?? fallback;
  const wrapped = isObject(raw) ? own(raw, 'config') : raw;
  const value = isObject(wrapped) ? own(wrapped, 'value') : wrapped;
  const list = (Array.isArray(value) ? value : [value]).flat(8);
  if (!list.every((each) => typeof each === 'number'))
    throw options.wrong(key, 'a number, or one a channel,');
  return list as number[];
}
