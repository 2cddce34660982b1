import type { ImageShape } from '../../models/images/set';
import { ImageRejected } from './errors';
import { lookAt } from './look-at';
import { decodePlain } from './plain';
import { decodeWithSharp, sizeWithSharp } from './with-sharp';

/** How much of an image is taken. */
export interface ImageLimits {
  readonly maxBytes?: number;
  /** Width × height, as the image's header says, looked at before anything is decoded. */
  readonly maxPixels?: number;
}

const MANY_PIXELS = 2 ** 28;

/**
 * Decodes a JPEG, PNG or WebP image to what a net takes. EXIF orientation is applied, transparency is laid on white,
 * palettes, 16 bits and CMYK become 8-bit RGB. Colour profiles of RGB images are left aside, as the tools that nets
 * are trained with do; an image of the net's own size keeps exactly its pixels, any other is stretched to that size.
 * @returns height × width × channels values of 0–255, channels last, RGB; or one grey (ITU-R 601 luma) for `channels` 1
 * @throws ImageRejected with the reason
 */
export async function decodeImage(
  bytes: Uint8Array,
  shape: ImageShape,
  { maxBytes = Number.POSITIVE_INFINITY, maxPixels = MANY_PIXELS }: ImageLimits = {},
): Promise<Uint8Array> {
  if (bytes.length > maxBytes) {
    throw new ImageRejected('too-large', `The image is ${bytes.length} bytes long; the most is ${maxBytes}`);
  }
  const { type, ...told } = lookAt(bytes);

  // sharp's own look at the header takes as long as decoding a small image does.
  const size = told.size ?? (await sizeWithSharp(bytes));
  const pixels = size.width * size.height;
  if (pixels > maxPixels) {
    throw new ImageRejected(
      'too-many-pixels',
      `The image has ${size.width}×${size.height} pixels, ${pixels} in all; the most is ${maxPixels}`,
    );
  }
  return (
    (await decodePlain(bytes, type, told, shape)) ??
    (await decodeWithSharp(bytes, told.isCmyk === true, shape))
  );
}
