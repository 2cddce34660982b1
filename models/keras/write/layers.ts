import type { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';

type Options = Readonly<Record<string, unknown>>;

/** A layer as Keras 2 describes it. */
export interface WrittenLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const KERNEL = ['kernelSize', 'strides', 'padding', 'dilationRate', 'useBias', 'activation'];
const POOLING = ['poolSize', 'strides', 'padding'];

/**
 * The layers that are written, and those of their options that the answers depend on, by TensorFlow.js's names; Keras has the
 * same with underscores. They are all that models/keras reads into, and that GoodNet trains.
 */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  Activation: ['activation'],
  Add: [],
  Average: [],
  AveragePooling2D: POOLING,
  BatchNormalization: ['axis', 'momentum', 'epsilon', 'center', 'scale'],
  Concatenate: ['axis'],
  Conv2D: ['filters', ...KERNEL],
  Conv2DTranspose: ['filters', ...KERNEL],
  Cropping2D: ['cropping'],
  Dense: ['units', 'useBias', 'activation'],
  DepthwiseConv2D: ['depthMultiplier', ...KERNEL],
  Dropout: ['rate', 'noiseShape'],
  ELU: ['alpha'],
  Flatten: [],
  GlobalAveragePooling2D: [],
  GlobalMaxPooling2D: [],
  GoodNetChannelScale: ['scale', 'offset'],
  GoodNetDilatedConv2D: ['filters', ...KERNEL],
  GoodNetDilatedDepthwiseConv2D: ['depthMultiplier', ...KERNEL],
  GoodNetFunction: [],
  GoodNetGroupNormalization: ['groups', 'epsilon'],
  GoodNetGroupedConv2D: ['filters', 'groups', ...KERNEL],
  GoodNetPickChannels: [],
  GoodNetReduce: [],
  GoodNetResize: ['height', 'width', 'interpolation'],
  GoodNetUnitNormalization: [],
  InputLayer: ['batchInputShape', 'dtype', 'sparse'],
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale'],
  LeakyReLU: ['alpha'],
  Maximum: [],
  MaxPooling2D: POOLING,
  Minimum: [],
  Multiply: [],
  PReLU: ['sharedAxes'],
  Permute: ['dims'],
  ReLU: ['maxValue'],
  RepeatVector: ['n'],
  Rescaling: ['scale', 'offset'],
  Reshape: ['targetShape'],
  SeparableConv2D: ['filters', ...KERNEL],
  Softmax: ['axis'],
  UpSampling2D: ['size', 'interpolation'],
  ZeroPadding2D: ['padding'],
};

/** The class that Keras has for one of ours. */
const KERAS_CLASS: Readonly<Record<string, string>> = {
  GoodNetChannelScale: 'Rescaling',
  GoodNetDilatedConv2D: 'Conv2D',
  GoodNetDilatedDepthwiseConv2D: 'DepthwiseConv2D',
  GoodNetGroupNormalization: 'GroupNormalization',
  GoodNetGroupedConv2D: 'Conv2D',
  GoodNetResize: 'Resizing',
  GoodNetUnitNormalization: 'UnitNormalization',
};

/** Values that Keras names otherwise. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  hardSigmoid: 'hard_sigmoid',
  logSoftmax: 'log_softmax',
};

/**
 * Describes a layer as Keras 2 does.
 * @throws NetError naming the layer, where Keras has none that answers the same
 */
export function kerasLayer(layer: layers.Layer): WrittenLayer {
  const className = layer.getClassName();
  const options = Object.hasOwn(OPTIONS, className) ? OPTIONS[className] : undefined;
  if (!options && className.startsWith('GoodNet'))
    throw refused(layer, 'which Keras has no layer for', 'Export the net as .onnx instead.');
  if (!options) throw refused(layer, 'which is none of those that GoodNet reads', HINT);
  const given = layer.getConfig() as Options;
  if (given.dataFormat === 'channelsFirst') throw refused(layer, 'with channels first', HINT);
  if (className === 'UpSampling2D' && given.interpolation !== 'nearest') {
    throw refused(layer, `that enlarges by ${given.interpolation} otherwise than Keras`, HINT);
  }
  const config: Record<string, unknown> = { name: layer.name };
  for (const option of options) config[snake(option)] = written(option, given[option]);
  // TensorFlow.js's own layer forgets it; its weights tell.
  if (className === 'SeparableConv2D') config.depth_multiplier = layer.weights[0]?.shape[3];
  const call = functionOf(layer);
  if (call) return { class_name: 'TFOpLambda', config: { name: layer.name, function: call.function } };
  return { class_name: KERAS_CLASS[className] ?? className, config };
}

/** Keras has no layer for some, but writes calls of TensorFlow's functions. */
function functionOf(layer: layers.Layer): { function: string; options: Options } | undefined {
  const given = layer.getConfig() as Options;
  switch (layer.getClassName()) {
    case 'GoodNetPickChannels':
      return { function: 'compat.v1.gather', options: { indices: given.channels, axis: -1, batch_dims: 0 } };
    case 'GoodNetReduce':
      return {
        function: `math.reduce_${given.kind}`,
        options: { axis: given.axes, keepdims: given.keepDims },
      };
    case 'GoodNetFunction': {
      const [first, second] = given.numbers as readonly (number | null)[];
      if (given.function === 'power') return { function: 'math.pow', options: { y: first } };
      if (given.function === 'gelu') return { function: 'nn.gelu', options: { approximate: true } };
      if (given.function !== 'clip') return { function: `math.${given.function}`, options: {} };
      if (first === null) return { function: 'math.minimum', options: { y: second } };
      if (second === null) return { function: 'math.maximum', options: { y: first } };
      return { function: 'clip_by_value', options: { clip_value_min: first, clip_value_max: second } };
    }
    default:
      return undefined;
  }
}

/** How Keras 2 writes that a layer is called on tensors: a function of one tensor without a list around it, and with what it is given. */
export function kerasCall(layer: layers.Layer, tensors: readonly (readonly unknown[])[]): unknown[] {
  const call = functionOf(layer);
  const [only = []] = tensors;
  return call ? [...only, call.options] : tensors.map((tensor) => [...tensor, {}]);
}

function written(option: string, value: unknown): unknown {
  return option === 'activation' ? (ACTIVATIONS[value as string] ?? value) : value;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const HINT = 'Known are the layers that GoodNet reads from Keras files (docs/formats.md).';

function refused(layer: layers.Layer, why: string, hint: string): NetError {
  return new NetError(`Layer "${layer.name}" is a ${layer.getClassName()} ${why}: it can't be written`, {
    hint,
  });
}
