import { layers } from '@tensorflow/tfjs-layers';
import { DilatedConv2D, DilatedDepthwiseConv2D } from '../../../nets/dilated';
import { GroupedConv2D } from '../../../nets/grouped';
import { permuted } from '../../write/writer';
import { constantInput, imageOf, made, type Translate, weightsOf } from '../call';
import { Live } from '../live';
import { padded, paddingOf, sidesOf, windowOf } from '../window';

const ZEROS = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
const DEPTHWISE_ZEROS = { depthwiseInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/** A kernel of ONNX's (out, in, rows, columns) as Keras has it (rows, columns, in, out). */
const TO_KERAS = [2, 3, 1, 0];

export const convolutions: Readonly<Record<string, Translate>> = {
  Conv(call) {
    const { node } = call;
    const x = imageOf(call);
    const kernel = weightsOf(call, constantInput(call, 1));
    const bias = call.inputs[2] === undefined ? undefined : weightsOf(call, constantInput(call, 2));
    const groups = node.int('group', 1);
    const channels = x.shape[3]!;
    const [filters, each, ...size] = kernel.shape as [number, number, ...number[]];
    const kernelShape = node.ints('kernel_shape') ?? size;
    const fits =
      groups >= 1 &&
      filters % groups === 0 &&
      each * groups === channels &&
      kernelShape.every((side, i) => side === size[i]);
    if (!fits || (bias && (bias.values.length !== filters || bias.shape.length !== 1)))
      throw node.refused(
        `has weights of ${kernel.shape.join('×')} for ${channels} channels in ${groups} groups`,
      );
    const window = windowOf(call, size, sidesOf(x));
    const [strides, dilationRate] = [[...window.strides], [...window.dilations]] as [number, number][];
    const isDilated = Math.max(...window.dilations) > 1;
    if (isDilated && Math.max(...window.strides) > 1) throw node.refused('is dilated and has strides');
    const padding = paddingOf(window, sidesOf(x));
    const input = padding === undefined ? padded(call, x, window.pads) : x;
    const kernelSize = [...window.size] as [number, number];
    const useBias = bias !== undefined;
    const shape = { kernelSize, strides, padding: padding ?? 'valid', useBias } as const;
    const biases = bias ? [bias] : [];
    if (groups > 1 && groups === channels) {
      const depthMultiplier = filters / groups;
      const apart = permuted(
        { values: kernel.values, shape: [channels, depthMultiplier, ...size] },
        [2, 3, 0, 1],
      );
      const args = { depthMultiplier, ...shape, ...DEPTHWISE_ZEROS };
      const depthwise = (name: string) =>
        isDilated
          ? new DilatedDepthwiseConv2D({ name, ...args, dilationRate })
          : layers.depthwiseConv2d({ name, ...args });
      return Live.image(made(call, depthwise, [apart, ...biases])([input]));
    }
    if (groups > 1 && isDilated) throw node.refused('is both grouped and dilated');
    const args = { filters, ...shape, ...ZEROS };
    const conv = (name: string) => {
      if (groups > 1) return new GroupedConv2D({ name, ...args, groups });
      return isDilated
        ? new DilatedConv2D({ name, ...args, dilationRate })
        : layers.conv2d({ name, ...args });
    };
    return Live.image(made(call, conv, [permuted(kernel, TO_KERAS), ...biases])([input]));
  },
};
