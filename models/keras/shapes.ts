import { NetError, UsageError } from '../errors';
import type { ImageShape } from '../images/set';
import { isChannelsFirst } from './config/layout';
import type { ModelSpec, Shape } from './config/spec';
import { CHANNELS_FIRST_HINT } from './layers/options';
import type { ImageSize } from './types';
import { shapeText } from './weights/stored';

const LARGEST_SIDE = 16_384;

/** @throws NetError unless the net has one input and one output */
export function checkEnds(spec: ModelSpec): void {
  if (spec.inputs.length !== 1 || spec.outputs.length !== 1) {
    throw new NetError(`The net has ${spec.inputs.length} inputs and ${spec.outputs.length} outputs`, {
      hint: 'Nets with one image input and one output can be used.',
    });
  }
}

/**
 * The images that a net takes: a net of (height, width) takes grey ones.
 * @param size of a net whose input has no fixed height or width
 * @param note is told what is assumed, a sentence for people
 * @throws NetError where its input is no image of one size with 1 or 3 channels last, or none or channels first
 * @throws UsageError for a size that is not the net's
 */
export function imageShapeOf(
  spec: ModelSpec,
  size: ImageSize | undefined,
  note: (note: string) => void,
): ImageShape {
  const shape = spec.inputShape;
  const first = isChannelsFirst(spec);
  const image = imageShape(shape, first, size);
  if (shape?.length === 3)
    note(`The net's input ${shapeText(shape)} has no channels: it is read as grey images.`);
  if (first && shape)
    note(
      `The net's input ${shapeText(shape)} lies channels first: it is read as the same net with channels last.`,
    );
  return image;
}

/**
 * The images that a net of some input takes, with what imageShapeOf throws.
 * @param shape with the batch first, null where a length is open
 * @param first whether channels come before height and width
 */
export function imageShape(
  shape: Shape | undefined,
  first: boolean,
  size: ImageSize | undefined,
): ImageShape {
  if (!shape || shape.length === 0) {
    throw new NetError('The file does not tell the shape of the net’s input', {
      hint: 'Build the net on an input of one size, such as Input((55, 47, 3)), and save it again.',
    });
  }
  if (shape.length !== 3 && shape.length !== 4) {
    throw new NetError(`The net's input is ${shapeText(shape)}, no image (batch, height, width, channels)`, {
      hint: 'Nets that take images can be used.',
    });
  }
  const channels = shape.length === 3 ? 1 : shape[first ? 1 : 3];
  const [height, width] = sidesOf(shape, first ? [shape[2], shape[3]] : [shape[1], shape[2]], size);
  if (channels === 1 || channels === 3) return { height, width, channels };
  throw new NetError(`The net's input is ${shapeText(shape)}; images have 1 or 3 channels`, {
    hint: height === 1 || height === 3 ? CHANNELS_FIRST_HINT : 'Nets for RGB or grey images can be used.',
  });
}

/**
 * The number of classes that a net of this output shape tells apart.
 * @throws NetError unless it gives one number a class, of two classes or more
 */
export function classesOf(output: Shape, wanted: number | undefined): number {
  const [, classes] = output;
  if (output.length !== 2 || typeof classes !== 'number') {
    throw new NetError(`The net's output is ${shapeText(output)}, not one number a class (batch, classes)`, {
      hint: 'Classifiers of whole images can be used.',
    });
  }
  if (classes < 2) {
    throw new NetError('The net has a single output, and no sigmoid as its last step', {
      hint: "One that says yes or no can be used with a sigmoid at its end, or compiled with BinaryCrossentropy(from_logits=True); one that tells an amount can not, nor a softmax of one output, which is always 1. Of a logit: keras.Sequential([net, keras.layers.Activation('sigmoid')]).",
    });
  }
  if (wanted !== undefined && wanted !== classes) {
    throw new UsageError(`The net tells ${classes} classes apart, not ${wanted}`);
  }
  return classes;
}

/** Height and width: the net's own, or those that are given where it leaves them open. */
function sidesOf(
  shape: Shape,
  own: readonly (number | null | undefined)[],
  size: ImageSize | undefined,
): [number, number] {
  const given = [size?.height, size?.width];
  if (size && own.some((side, i) => side != null && side !== given[i])) {
    throw new UsageError(`The net's input is ${shapeText(shape)}, not of ${size.height}×${size.width}`, {
      hint: 'Leave --input-size out: it is for nets that take images of any size.',
    });
  }
  const [height, width] = own.map((side, i) => side ?? given[i]);
  if (isSide(height) && isSide(width)) return [height, width];
  throw new NetError(`The net's input is ${shapeText(shape)}, of no fixed height and width`, {
    hint: 'Tell the size of the images that it is used on: --input-size 224, or --input-size 120x160 (height x width).',
  });
}

function isSide(length: number | null | undefined): length is number {
  return typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= LARGEST_SIDE;
}
