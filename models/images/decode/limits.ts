import { ImageRejected } from './errors';

/** How much of an image is taken. */
export interface ImageLimits {
  readonly maxBytes?: number;
  /** Width × height, looked at before anything is decoded. */
  readonly maxPixels?: number;
}

/** Where nothing else is asked for: what sharp takes by itself. */
export const MANY_PIXELS = 2 ** 28;
/** The most pixels a side: 25,000,000 × 1 of them would cost as much as a photograph of a hundred times as many. */
export const MOST_SIDE = 2 ** 14;
/** Passes over a JPEG's pixels: usual are 10. Origin: this and the next two chosen by hand; `npm run fuzz` holds their cost to bounds. */
const MOST_SCANS = 100;
/** Scans × pixels: 20 passes over 25 megapixels. */
const MOST_PASSED = 20 * 25e6;
/** After so long a decode is ended. */
export const MOST_SECONDS = 10;

/** @throws ImageRejected `too-many-pixels` */
export function checkSize(
  { width, height }: { readonly width: number; readonly height: number },
  most: number,
): void {
  const pixels = width * height;
  if (pixels > most) {
    throw new ImageRejected(
      'too-many-pixels',
      `The image has ${width}×${height} pixels, ${pixels} in all; the most is ${most}`,
    );
  }
  if (Math.max(width, height) > MOST_SIDE) {
    throw new ImageRejected(
      'too-many-pixels',
      `The image has ${width}×${height} pixels; the most is ${MOST_SIDE} a side`,
    );
  }
}

/** @throws ImageRejected `undecodable` for a JPEG that passes over its pixels so often that it would take too long */
export function checkScans(
  scans: number,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (scans <= MOST_SCANS && scans * width * height <= MOST_PASSED) return;
  throw new ImageRejected(
    'undecodable',
    `The image takes too long to decode: it is made of ${scans} scans. Save it anew as a plain JPEG`,
  );
}
