import sharp, { type Sharp } from 'sharp';
import type { ImageShape } from '../../models/images/set';

/** Larger images are made smaller than this: a report is to be sent around. */
const LONGEST_SIDE = 160;

/**
 * An image as a `data:` URI of a PNG.
 * @param pixels height × width × channels values of 0–255
 */
export async function dataUri(pixels: Uint8Array, { height, width, channels }: ImageShape): Promise<string> {
  const image = sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } });
  return toUri(image);
}

/** A PNG file as a `data:` URI, through the decoder: nothing but a picture gets into the page. */
export async function pngUri(png: Uint8Array): Promise<string> {
  return toUri(sharp(png));
}

async function toUri(image: Sharp): Promise<string> {
  const png = await image
    .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
