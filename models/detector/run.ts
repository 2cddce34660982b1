import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../images/set';
import { rowsToRun } from '../nets/rows-at-once';
import { type PixelScaling, pixelFactors } from '../pixels';
import { first } from '../present';

/**
 * Images run through the nets at once; larger calls are cut up.
 * Origin: chosen by hand, for memory and time; verdicts do not depend on it.
 */
export const RUN_BATCH = 64;

/** A tensor of images as the nets take them: n × height × width × channels, scaled. */
export function imageTensor(
  pixels: Uint8Array | Float32Array,
  n: number,
  shape: ImageShape,
  scaling: PixelScaling,
): tf.Tensor4D {
  return tf.tidy(() =>
    scaleImages(
      tf.tensor4d(Float32Array.from(pixels), [n, shape.height, shape.width, shape.channels], 'float32'),
      scaling,
    ),
  );
}

/** Pixels of 0–255 as the nets take them. @param raw n × height × width × channels */
export function scaleImages(raw: tf.Tensor4D, scaling: PixelScaling): tf.Tensor4D {
  return tf.tidy(() => {
    const { factor, offset } = pixelFactors(scaling, raw.shape[3]);
    const ordered = inNetOrder(raw, scaling);
    const scaled = factor.every((each) => each === factor[0])
      ? tf.mul(ordered, first(factor))
      : tf.mul(ordered, tf.tensor1d(factor));
    return (offset.every((each) => each === 0) ? scaled : tf.add(scaled, tf.tensor1d(offset))) as tf.Tensor4D;
  });
}

/** Pixels with their colours, the last axis, red first, in the order in which a net takes them. */
export function inNetOrder<T extends tf.Tensor>(pixels: T, { order }: PixelScaling): T {
  return order === 'bgr' ? tf.reverse(pixels, -1) : pixels;
}

/** The tensor outputs of a net, one or several. */
export function outputsOf(model: LayersModel, input: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  const made = model.apply(input, { training: false }) as tf.Tensor | tf.Tensor[];
  return Array.isArray(made) ? made : [made];
}

/**
 * What a net gives of rows, which run through it in parts where all together would take more memory than they may. No gradients flow
 * through the parts.
 * @param memory bytes, of the whole process; by default the most that wasm can have
 */
export function outputsWithin(model: LayersModel, input: tf.Tensor, memory?: number): tf.Tensor[] {
  const rows = first(input.shape);
  const most = rowsToRun(model, memory);
  if (rows <= most) return outputsOf(model, input);
  return tf.tidy(() => {
    const parts: tf.Tensor[][] = [];
    for (let start = 0; start < rows; start += most)
      parts.push(tf.tidy(() => outputsOf(model, rowsOf(input, start, Math.min(rows, start + most)))));
    return first(parts).map((_, output) => tf.concat(parts.map((part) => part[output]!)));
  });
}

/** Some rows of a tensor, from the first up to, not including, the second. */
export function rowsOf<T extends tf.Tensor>(all: T, from: number, to: number): T {
  return tf.slice(all, [from, ...all.shape.slice(1).map(() => 0)], [to - from, ...all.shape.slice(1)]);
}

/**
 * The values of a tensor that is computed. A function that gave tf.tidy the values themselves would have it look for tensors
 * among them, one by one.
 */
export function valuesOf(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

/** Runs n rows (images, or features) through a net. @returns its first output: n × N logits */
export type ToLogits = (rows: Float32Array, n: number) => Promise<Float32Array>;

/**
 * The first output of a net.
 * @param inputOf makes its input of n rows; tensors that it makes are freed
 * @param memory see outputsWithin
 */
export function toLogitsBy(
  model: LayersModel,
  inputOf: (rows: Float32Array, n: number) => tf.Tensor,
  memory?: number,
): ToLogits {
  return async (rows, n) => {
    const logits = tf.tidy(() => first(outputsWithin(model, inputOf(rows, n), memory)));
    const values = (await logits.data()) as Float32Array;
    logits.dispose();
    return values;
  };
}
