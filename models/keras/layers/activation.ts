import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { first, present } from '../../present';
import { foreignClass } from '../config/foreign';
import { isObject, type Json, type JsonObject, own, ownText } from '../config/json';
import { OF_STEPS, rescaling } from './activation-steps';
import { Options } from './options';
import {
  type Applier,
  applier,
  chain,
  lazily,
  overLast,
  type Plan,
  passThrough,
  plain,
  type WeightValues,
} from './plan';

/** Functions that TensorFlow.js computes as Keras does, by Keras's name. */
const SAME = new Map([
  ['linear', 'linear'],
  ['relu', 'relu'],
  ['relu6', 'relu6'],
  ['elu', 'elu'],
  ['selu', 'selu'],
  ['sigmoid', 'sigmoid'],
  ['softmax', 'softmax'],
  ['softplus', 'softplus'],
  ['softsign', 'softsign'],
  ['tanh', 'tanh'],
  ['swish', 'swish'],
  ['silu', 'swish'],
  ['gelu', 'gelu'],
  ['mish', 'mish'],
  // Of Keras's own default, alpha 1.
  ['celu', 'elu'],
  ['log_softmax', 'logSoftmax'],
  // What Keras writes for TensorFlow's own functions, tf.nn.softmax and tf.nn.log_softmax.
  ['softmax_v2', 'softmax'],
  ['log_softmax_v2', 'logSoftmax'],
]);

/** A function applied to a layer's output. */
export interface Activation {
  /** What goes into the TensorFlow.js layer itself. */
  readonly inside: 'linear';
  /** Steps that follow it, named after the layer. */
  after(name: string): Applier[];
}

/** Reads an `activation` option: a name, null for none, or Keras 3's description of a function. */
export function readActivation(options: Options, key = 'activation'): Activation {
  const value = options.raw(key);
  const layer = isObject(value) ? layerAsActivation(value, options) : undefined;
  if (layer) return layer;
  const name = functionName(value, options);
  const same = SAME.get(name);
  if (name === 'hard_sigmoid' && options.kerasMajor < 3) return inside('hardSigmoid');
  if (same !== undefined) return inside(same);
  const after = OF_STEPS.get(name);
  if (after) return { inside: 'linear', after };
  throw new NetError(`${options.where} has the activation "${name}", which can't be used`, {
    hint: `Known are ${[...SAME.keys(), ...OF_STEPS.keys()].join(', ')}.`,
  });
}

/** The steps that make a layer and its activation. */
export function withActivation(
  name: string,
  activation: Activation,
  make: (activation: never) => Applier,
): Applier {
  return chain([make(activation.inside as never), ...activation.after(name)]);
}

function inside(name: string): Activation {
  return { inside: name as 'linear', after: () => [] };
}

function functionName(value: Json | undefined, options: Options): string {
  if (value === undefined) return 'linear';
  if (typeof value === 'string') return value;
  const isFunction = isObject(value) && own(value, 'class_name') === 'function';
  const name = isFunction ? own(value as never, 'config') : undefined;
  const registered = isFunction ? own(value as never, 'registered_name') : undefined;
  if (typeof name === 'string' && !String(registered ?? '').includes('>')) return name;
  const className = isObject(value) && !foreignClass(value) ? (ownText(value, 'class_name') ?? '') : '';
  // Keras's own of lambdas and functions begin otherwise.
  const layer = /^[A-Z]/.test(className) && className;
  if (layer)
    throw new NetError(`${options.where} has the layer ${layer} as activation, which can't be used so`, {
      hint: `Without an activation, and with ${layer} as a layer behind it, the net is the same: build it so, copy the weights, and save it again. ${AS_ACTIVATION.join(', ')} can be used as activation.`,
    });
  throw new NetError(`${options.where} has a function of its own as activation`, {
    hint: 'Functions in files are never executed: use one of Keras by its name, or a layer, and save the net again.',
  });
}

/** Layers of Keras that are a function by themselves, and may be given as one: `activation=LeakyReLU(0.1)`. */
const AS_ACTIVATION = ['Activation', 'ELU', 'LeakyReLU', 'ReLU', 'Softmax'];

function layerAsActivation(value: JsonObject, options: Options): Activation | undefined {
  const className = ownText(value, 'class_name');
  const config = own(value, 'config');
  if (!className || !AS_ACTIVATION.includes(className) || !isObject(config)) return undefined;
  if (foreignClass(value)) return undefined;
  const inner = new Options(config, `${options.where}, activation ${className}`, options.kerasMajor);
  const plan = present(activationLayers[className], `The layer ${className}`)(inner);
  inner.finish();
  return { inside: 'linear', after: (name) => [plan.make(`${name}_activation`, [])] };
}

/** Whether the slopes are those of all that lies before their first axis: wasm knows no other sharing. */
function sharedByAll({ shape: slopes }: WeightValues, shape: readonly number[]): boolean {
  const first = slopes.findIndex((length) => length !== 1);
  return first < 0
    ? slopes.at(-1) === shape.at(-1)
    : slopes.slice(first).every((length, i) => length === shape[first + i]);
}

/** Slopes repeated along the axes that share them. */
function spread({ shape: slopes, values }: WeightValues, shape: readonly number[]): WeightValues {
  const strides = tf.util.computeStrides([...slopes, 1]);
  const all = new Float32Array(tf.util.sizeFromShape([...shape]));
  const at = shape.map(() => 0);
  for (let i = 0; i < all.length; i++) {
    all[i] =
      values[at.reduce((sum, place, axis) => sum + (slopes[axis] === 1 ? 0 : place * strides[axis]!), 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, values: all };
}

/** The shape of a dropout's mask, null for the input's own lengths; it matters in training only. */
function readNoiseShape(options: Options): number[] | undefined {
  const shape = options.raw('noise_shape');
  if (shape === undefined) return undefined;
  const ok = Array.isArray(shape) && shape.every((length) => length === null || Number.isInteger(length));
  if (!ok) throw options.wrong('noise_shape', 'a list of lengths');
  return shape as number[];
}

/** The layers that are an activation by themselves, or drop values in training. */
export const activationLayers: Record<string, (options: Options) => Plan> = {
  Activation: (options) => {
    const activation = readActivation(options);
    return {
      slots: [],
      make: (name) =>
        withActivation(name, activation, (inner) => applier(layers.activation({ name, activation: inner }))),
    };
  },
  Softmax: (options) => {
    const axes = options.integers('axis', [-1]);
    return {
      slots: [],
      make: (name) => overLast(options, axes, applier(layers.activation({ name, activation: 'softmax' }))),
    };
  },
  ReLU: (options) => {
    const maxValue = options.optionalNumber('max_value');
    const slope = options.number('negative_slope', 0);
    options.only('threshold', [0]);
    if (slope === 0) return plain((name) => layers.reLU({ name, maxValue }));
    if (maxValue === undefined) return plain((name) => layers.leakyReLU({ name, alpha: slope }));
    throw new NetError(
      `${options.where} has both a highest value and a negative slope, which can't be used`,
      {
        hint: 'Build the net with one of them and save it again.',
      },
    );
  },
  LeakyReLU: (options) => {
    const alpha = options.optionalNumber('negative_slope') ?? options.number('alpha', 0.3);
    return plain((name) => layers.leakyReLU({ name, alpha }));
  },
  ELU: (options) => {
    const alpha = options.number('alpha', 1);
    if (alpha === 1) return plain((name) => layers.elu({ name }));
    // TensorFlow.js's has no alpha: alpha · elu(x) + (1 - alpha) · relu(x) is the same.
    return {
      slots: [],
      make: (name) => {
        const below = chain([
          applier(layers.elu({ name: `${name}_elu` })),
          applier(rescaling(`${name}_alpha`, alpha, 0)),
        ]);
        const above = chain([
          applier(layers.reLU({ name: `${name}_relu` })),
          applier(rescaling(`${name}_rest`, 1 - alpha, 0)),
        ]);
        const sum = applier(layers.add({ name }));
        return (inputs) => sum([below(inputs), above(inputs)]);
      },
    };
  },
  PReLU: (options) => {
    const shared = options.raw('shared_axes') === undefined ? [] : options.integers('shared_axes');
    return {
      slots: [
        {
          name: 'alpha',
          trainable: true,
          shape: (input) => input.slice(1).map((length, i) => (shared.includes(i + 1) ? 1 : (length ?? 0))),
        },
      ],
      make: (name, weights) =>
        lazily(([input]) => {
          const alpha = first(weights);
          const shape = input.shape.slice(1) as number[];
          const { sharedAxes, values } = sharedByAll(alpha, shape)
            ? { sharedAxes: shared, values: alpha }
            : { sharedAxes: [], values: spread(alpha, shape) };
          return applier(layers.prelu({ name, sharedAxes, alphaInitializer: 'zeros' }), [values]);
        }),
    };
  },
  Dropout: (options) => {
    const rate = options.number('rate', 0);
    const noiseShape = readNoiseShape(options);
    return rate > 0 && rate < 1 ? plain((name) => layers.dropout({ name, rate, noiseShape })) : passThrough;
  },
  // Of ConvNeXt: it leaves out whole branches, in training only.
  StochasticDepth: (options) => {
    options.number('drop_path_rate', 0);
    return passThrough;
  },
  SpatialDropout2D: (options) => {
    const rate = options.number('rate', 0);
    options.channelsLast();
    const noiseShape = [null, 1, 1, null] as unknown as number[];
    return rate > 0 && rate < 1 ? plain((name) => layers.dropout({ name, rate, noiseShape })) : passThrough;
  },
};
