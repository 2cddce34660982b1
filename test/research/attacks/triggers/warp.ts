import { type ImageShape, imageSize } from '../../../../models/images/set';
import { Random } from '../../../../models/random';
import { smoothField } from './field';
import { resample } from './resample';
import type { TriggerMaker } from './trigger';

/** Root mean square of the displacement along each axis, in pixels of a picture 50 pixels wide. */
const STRENGTH = 1.4;
const MOST_FREQUENCY = 3;

/**
 * The whole image warped by one smooth random field (Nguyen and Tran, WaNet, ICLR 2021). Its decoys are images
 * warped by other fields.
 */
export const warp: TriggerMaker = (shape, seed) => {
  const field = warpField(shape, new Random(seed, 'warp'));
  return {
    name: 'warp',
    stamp: (pixels) => warped(pixels, shape, () => field),
    decoy: (pixels, random) => warped(pixels, shape, () => warpField(shape, random)),
  };
};

interface WarpField {
  readonly rows: Float32Array;
  readonly columns: Float32Array;
}

function warpField(shape: ImageShape, random: Random): WarpField {
  const strength = (STRENGTH * Math.sqrt(shape.height * shape.width)) / 50;
  const places = (along: (pixel: number) => number) =>
    smoothField(shape, random, MOST_FREQUENCY, 0).map((value, pixel) => along(pixel) + strength * value);
  return {
    rows: places((pixel) => Math.floor(pixel / shape.width)),
    columns: places((pixel) => pixel % shape.width),
  };
}

function warped(pixels: Float32Array, shape: ImageShape, fieldOf: () => WarpField): Float32Array {
  const size = imageSize(shape);
  const made = new Float32Array(pixels.length);
  for (let start = 0; start < pixels.length; start += size) {
    const { rows, columns } = fieldOf();
    resample(pixels.subarray(start, start + size), shape, rows, columns, made.subarray(start, start + size));
  }
  return made;
}
