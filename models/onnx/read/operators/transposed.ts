import { layers } from '@tensorflow/tfjs-layers';
import { permuted } from '../../write/writer';
import { constantInput, imageOf, made, type Translate, weightsOf } from '../call';
import { MOST_VALUES } from '../limits';
import { Live } from '../live';
import { type Pads, sidesOf } from '../window';

/** A kernel of ONNX's (in, out, rows, columns) as Keras has it (rows, columns, out, in). */
const TO_KERAS = [2, 3, 1, 0];

export const transposedConvolutions: Readonly<Record<string, Translate>> = {
  /** A convolution the other way round, of which the sides that ONNX pads are cut off. */
  ConvTranspose(call) {
    const { node } = call;
    const x = imageOf(call);
    node.only('auto_pad', ['NOTSET', 'VALID']);
    node.only('group', [1]);
    node.only('dilations', [1]);
    const kernel = weightsOf(call, constantInput(call, 1));
    const bias = call.inputs[2] === undefined ? undefined : weightsOf(call, constantInput(call, 2));
    const [channels, filters, ...size] = kernel.shape as [number, number, ...number[]];
    const kernelShape = node.ints('kernel_shape') ?? size;
    const fits =
      size.length === 2 && channels === x.shape[3] && kernelShape.every((side, i) => side === size[i]);
    if (!fits || (bias && (bias.values.length !== filters || bias.shape.length !== 1)))
      throw node.refused(`has weights of ${kernel.shape.join('×')} for ${x.shape[3]} channels`);
    const strides = [...(node.ints('strides') ?? [1, 1])];
    const pads = node.ints('pads') ?? [0, 0, 0, 0];
    const more = node.ints('output_padding') ?? [0, 0];
    const whole = sidesOf(x).map((length, axis) => {
      const [side, stride] = [size[axis]!, strides[axis]!];
      return length * stride + Math.max(side - stride, 0);
    }) as [number, number];
    const cropping = whole.map((made, axis) => {
      const wanted = (sidesOf(x)[axis]! - 1) * strides[axis]! + size[axis]! + more[axis]!;
      return [pads[axis]!, made - wanted + pads[axis + 2]!];
    }) as unknown as Pads;
    // What is cut off is made first.
    if (!(whole[0] * whole[1] * filters <= MOST_VALUES))
      throw node.refused(`would give ${whole.join('×')}×${filters} values an image`);
    if (cropping.flat().some((cut) => !(cut >= 0)))
      throw node.refused(`has pads=${pads} and output_padding=${more}`);
    const args = {
      filters,
      kernelSize: size as [number, number],
      strides: strides as [number, number],
      padding: 'valid',
      useBias: bias !== undefined,
      kernelInitializer: 'zeros',
      biasInitializer: 'zeros',
    } as const;
    const layer = (name: string) => layers.conv2dTranspose({ name, ...args });
    const uncut = made(call, layer, [permuted(kernel, TO_KERAS), ...(bias ? [bias] : [])])([x]);
    if (cropping.flat().every((cut) => cut === 0)) return Live.image(uncut);
    const sides = { ...call, name: `${call.name}_crop` };
    return Live.image(made(sides, (name) => layers.cropping2D({ name, cropping }))([uncut]));
  },
};
