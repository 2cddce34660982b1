import { NetError, UsageError } from '../errors';
import type { ImageShape } from '../images/set';
import type { ModelSpec, Shape } from './config/spec';
import { CHANNELS_FIRST_HINT } from './layers/options';
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
 * The images that a net takes.
 * @throws NetError where its input is no image of one size with 1 or 3 channels last
 */
export function imageShapeOf(spec: ModelSpec): ImageShape {
  const shape = spec.inputShape;
  if (!shape || shape.length === 0) {
    throw new NetError('The file does not tell the shape of the net’s input', {
      hint: 'Build the net on an input of one size, such as Input((55, 47, 3)), and save it again.',
    });
  }
  const [, height, width, channels] = shape;
  if (shape.length !== 4) {
    throw new NetError(`The net's input is ${shapeText(shape)}, no image (batch, height, width, channels)`, {
      hint: 'Nets that take images can be used.',
    });
  }
  if (!isSide(height) || !isSide(width)) {
    const hint =
      'Build it on an input of one size, such as Input((55, 47, 3)), put the weights in, and save it.';
    throw new NetError(`The net's input is ${shapeText(shape)}, of no fixed height and width`, { hint });
  }
  if (channels === 1 || channels === 3) return { height, width, channels };
  const first = height === 1 || height === 3;
  throw new NetError(`The net's input is ${shapeText(shape)}; images have 1 or 3 channels`, {
    hint: first ? CHANNELS_FIRST_HINT : 'Nets for RGB or grey images can be used.',
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
    throw new NetError('The net has a single output, which says yes or no', {
      hint: 'Give it two outputs with a softmax: for a sigmoid of w·x + b, the logits 0 and w·x + b are the same net.',
    });
  }
  if (wanted !== undefined && wanted !== classes) {
    throw new UsageError(`The net tells ${classes} classes apart, not ${wanted}`);
  }
  return classes;
}

function isSide(length: number | null | undefined): length is number {
  return Number.isInteger(length) && length! >= 1 && length! <= LARGEST_SIDE;
}
