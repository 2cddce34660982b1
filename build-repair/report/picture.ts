import { html } from 'hono/html';
import sharp, { type Sharp } from 'sharp';
import type { ImageShape } from '../../models/images/set';
import type { Html } from './words';

/** Larger images are made smaller than this: a report is to be sent around. */
const LONGEST_SIDE = 240;
/** Images below this are shown enlarged, each pixel a square. */
const SMALL = 100;
const GREY = '#808080';

/**
 * An image as an `img` with its pixels inside.
 * @param pixels height × width × channels values of 0–255
 */
export function imageOf(
  pixels: Uint8Array,
  { height, width, channels }: ImageShape,
  alt: string,
): Promise<Html> {
  return tagOf(sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } }), alt);
}

/** A PNG file as an `img`, on grey where it is not opaque, by way of the decoder: nothing but a picture gets into the page. */
export function pngImage(png: Uint8Array, alt: string): Promise<Html> {
  return tagOf(sharp(png).flatten({ background: GREY }), alt);
}

async function tagOf(image: Sharp, alt: string): Promise<Html> {
  const { data, info } = await image
    .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const kind = Math.max(width, height) < SMALL ? 'pixels' : 'smooth';
  const uri = `data:image/png;base64,${data.toString('base64')}`;
  return html`<img class="${kind}" src="${uri}" width="${width}" height="${height}" alt="${alt}">`;
}
