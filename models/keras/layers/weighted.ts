import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { DilatedConv2D, DilatedDepthwiseConv2D } from '../../nets/dilated';
import { GroupedConv2D } from '../../nets/grouped';
import { atLeast } from '../../present';
import { readActivation, withActivation } from './activation';
import type { Options } from './options';
import { applier, chain, channelsOf, lazily, type Plan, slot, type WeightSlot } from './plan';

const GROUPS_HINT = 'Grouped and dilated convolutions of this kind are not in TensorFlow.js.';
const MERGED =
  'Build the net without LoRA, give its layers what layer.kernel is (LoRA is merged into it there), and save it again.';
const IN_FLOATS = 'The net is quantised: give the one in 32-bit floats that it was made of.';

/** What the layers with kernels do not compute in TensorFlow.js, or compute otherwise. */
function refuseUnknown(options: Options): void {
  options.only('lora_rank', [], MERGED);
  options.only('quantization_mode', [], IN_FLOATS);
  options.only('quantization_config', [], IN_FLOATS);
}

interface Convolution {
  kernelSize: [number, number];
  strides: [number, number];
  padding: 'valid' | 'same';
  useBias: boolean;
}

function readConvolution(options: Options): Convolution {
  options.channelsLast();
  refuseUnknown(options);
  return {
    kernelSize: options.pair('kernel_size'),
    strides: options.pair('strides', [1, 1]),
    padding: options.choice('padding', ['valid', 'same'], 'valid'),
    useBias: options.boolean('use_bias', true),
  };
}

interface Dilation {
  dilationRate: [number, number];
  isDilated: boolean;
}

function readDilation(options: Options, { strides }: Convolution): Dilation {
  const dilationRate = options.pair('dilation_rate', [1, 1]);
  const isDilated = Math.max(...dilationRate) > 1;
  if (isDilated && Math.max(...strides) > 1) {
    throw new NetError(`${options.where} is dilated and has strides, which no Keras computes`, {
      hint: 'Build the net with one of them and save it again.',
    });
  }
  return { dilationRate, isDilated };
}

function conv2d(
  args: Parameters<typeof layers.conv2d>[0],
  { dilationRate, isDilated }: Dilation,
  groups: number,
) {
  if (groups > 1) return new GroupedConv2D({ ...args, groups });
  return isDilated ? new DilatedConv2D({ ...args, dilationRate }) : layers.conv2d(args);
}

function depthwiseConv2d(
  args: Parameters<typeof layers.depthwiseConv2d>[0],
  { dilationRate, isDilated }: Dilation,
) {
  return isDilated ? new DilatedDepthwiseConv2D({ ...args, dilationRate }) : layers.depthwiseConv2d(args);
}

function biased(slots: WeightSlot[], useBias: boolean, length: WeightSlot['shape']): WeightSlot[] {
  return useBias ? [...slots, slot('bias', length)] : slots;
}

const ZEROS = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
const DEPTHWISE_ZEROS = { depthwiseInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/** The layers that multiply by kernels. */
export const weightedLayers: Record<string, (options: Options) => Plan> = {
  Dense: (options) => {
    const units = options.count('units');
    const useBias = options.boolean('use_bias', true);
    const activation = readActivation(options);
    refuseUnknown(options);
    return {
      slots: biased([slot('kernel', (input) => [channelsOf(input), units])], useBias, () => [units]),
      make: (name, weights) =>
        withActivation(name, activation, (inner) =>
          applier(layers.dense({ name, units, useBias, activation: inner, ...ZEROS }), weights),
        ),
    };
  },
  Conv2D: (options) => {
    const shape = readConvolution(options);
    const filters = options.count('filters');
    const groups = options.raw('groups') === undefined ? 1 : options.count('groups');
    if (filters % groups !== 0) throw options.wrong('groups', `a divisor of the ${filters} filters`);
    const dilation = readDilation(options, shape);
    const activation = readActivation(options);
    return {
      slots: biased(
        [slot('kernel', (input) => [...shape.kernelSize, channelsOf(input) / groups, filters])],
        shape.useBias,
        () => [filters],
      ),
      make: (name, weights) =>
        withActivation(name, activation, (inner) =>
          lazily(([input]) => {
            const channels = channelsOf(input.shape);
            if (groups === 1 || groups !== channels) {
              if (groups > 1 && dilation.isDilated) options.only('groups', [1], GROUPS_HINT);
              return applier(
                conv2d({ name, filters, activation: inner, ...shape, ...ZEROS }, dilation, groups),
                weights,
              );
            }
            // A group a channel: a depthwise convolution, whose kernel holds the same values in the same order.
            const depthMultiplier = filters / groups;
            const args = { name, depthMultiplier, activation: inner, ...shape, ...DEPTHWISE_ZEROS };
            const [kernel, ...others] = atLeast(1, weights);
            const depthwise = { ...kernel, shape: [...shape.kernelSize, channels, depthMultiplier] };
            return applier(depthwiseConv2d(args, dilation), [depthwise, ...others]);
          }),
        ),
    };
  },
  Conv2DTranspose: (options) => {
    options.only('groups', [1], GROUPS_HINT);
    const shape = readConvolution(options);
    const filters = options.count('filters');
    options.only('output_padding', []);
    options.only('dilation_rate', [1], GROUPS_HINT);
    const activation = readActivation(options);
    return {
      slots: biased(
        [slot('kernel', (input) => [...shape.kernelSize, filters, channelsOf(input)])],
        shape.useBias,
        () => [filters],
      ),
      make: (name, weights) =>
        withActivation(name, activation, (inner) =>
          applier(layers.conv2dTranspose({ name, filters, activation: inner, ...shape, ...ZEROS }), weights),
        ),
    };
  },
  DepthwiseConv2D: (options) => {
    options.only('groups', [1], GROUPS_HINT);
    const shape = readConvolution(options);
    const depthMultiplier = options.number('depth_multiplier', 1);
    const dilation = readDilation(options, shape);
    const activation = readActivation(options);
    return {
      slots: biased(
        [slot('depthwise_kernel', (input) => [...shape.kernelSize, channelsOf(input), depthMultiplier])],
        shape.useBias,
        (input) => [channelsOf(input) * depthMultiplier],
      ),
      make: (name, weights) =>
        withActivation(name, activation, (inner) =>
          applier(
            depthwiseConv2d(
              { name, depthMultiplier, activation: inner, ...shape, ...DEPTHWISE_ZEROS },
              dilation,
            ),
            weights,
          ),
        ),
    };
  },
  SeparableConv2D: (options) => {
    options.only('groups', [1], GROUPS_HINT);
    const shape = readConvolution(options);
    const filters = options.count('filters');
    const depthMultiplier = options.number('depth_multiplier', 1);
    const dilation = readDilation(options, shape);
    const activation = readActivation(options);
    return {
      slots: biased(
        [
          slot('depthwise_kernel', (input) => [...shape.kernelSize, channelsOf(input), depthMultiplier]),
          slot('pointwise_kernel', (input) => [1, 1, channelsOf(input) * depthMultiplier, filters]),
        ],
        shape.useBias,
        () => [filters],
      ),
      // TensorFlow.js's own layer forgets the depth multiplier when it is saved.
      make: (name, weights) => {
        const [depthwise, ...pointwise] = atLeast(1, weights);
        const { kernelSize, strides, padding } = shape;
        const first = {
          name: `${name}_depthwise`,
          depthMultiplier,
          kernelSize,
          strides,
          padding,
          useBias: false,
        };
        const second = { name, filters, kernelSize: 1, useBias: shape.useBias, ...ZEROS };
        return chain([
          applier(depthwiseConv2d({ ...first, ...DEPTHWISE_ZEROS }, dilation), [depthwise]),
          withActivation(name, activation, (inner) =>
            applier(layers.conv2d({ ...second, activation: inner }), pointwise),
          ),
        ]);
      },
    };
  },
};
