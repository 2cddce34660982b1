import sharp from 'sharp';
import type { ImageShape } from '../../../models/images/set';

/** Which pixels of an image belong to the trigger: height × width. */
export type Mask = Uint8Array;

/** The mask of each image of a set, by its place in it. */
export type MaskOf = (index: number, pixels: Float32Array) => Mask;

/** Pixels of a poisoned image that are not as in the clean one by more than some rounding. @param clean all clean images, one after the other */
export function byDifference(clean: Uint8Array, { channels }: ImageShape): MaskOf {
  return (index, pixels) => {
    const from = index * pixels.length;
    return maskOf(pixels.length / channels, (at) =>
      across(channels).some(
        (c) => Math.abs(pixels[at * channels + c]! - clean[from + at * channels + c]!) > 8,
      ),
    );
  };
}

/** Pixels of the colour that a trigger was painted in, opaque. */
export function byColour(colour: readonly number[]): MaskOf {
  return (_, pixels) =>
    maskOf(pixels.length / colour.length, (at) =>
      colour.every((value, c) => Math.abs(pixels[at * colour.length + c]! - value) <= 2),
    );
}

/** The same pixels in every image. */
export function atPlaces({ height, width }: ImageShape, isIn: (x: number, y: number) => boolean): MaskOf {
  const mask = maskOf(height * width, (at) => isIn(at % width, Math.floor(at / width)));
  return () => mask;
}

/** Where a picture with transparency, laid with its top left corner at a place, is more than half opaque. */
export async function byAlpha(path: string, shape: ImageShape, left: number, top: number): Promise<MaskOf> {
  const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return atPlaces(shape, (x, y) => {
    const [column, row] = [x - left, y - top];
    if (column < 0 || row < 0 || column >= info.width || row >= info.height) return false;
    return data[(row * info.width + column) * 4 + 3]! > 127;
  });
}

function maskOf(count: number, isIn: (at: number) => boolean): Mask {
  return Uint8Array.from({ length: count }, (_, at) => Number(isIn(at)));
}

function across(channels: number): number[] {
  return Array.from({ length: channels }, (_, c) => c);
}
