import type { Sharp } from 'sharp';
import { messageOf } from '../../models/errors';
import type { ImageShape } from '../../models/images/set';
import { toChannels } from './channels';
import { cutShort, ImageRejected } from './errors';
import { lazily } from './lazily';

const WHITE = { r: 255, g: 255, b: 255 };

/** It takes its time to load, and memory; small plain images do without. */
const library = lazily(async () => {
  const { default: sharp } = await import('sharp');
  // A few small images after one another: caches would hold memory and never be hit.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
});

/**
 * Decodes whatever sharp reads. What an image has not (an orientation, transparency, another size) sharp passes over.
 * @throws ImageRejected `truncated`, `undecodable`
 */
export async function decodeWithSharp(
  bytes: Uint8Array,
  isCmyk: boolean,
  shape: ImageShape,
): Promise<Uint8Array> {
  const { height, width } = shape;
  // Without its profile CMYK would be a guess.
  const { data, info } = await (await opened(bytes, !isCmyk))
    .autoOrient()
    .flatten({ background: WHITE })
    .resize({ height, width, fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw undecodable(cause);
    });
  return toChannels(data, info.channels, shape);
}

/** An image's size as its header tells. @throws ImageRejected `truncated`, `undecodable` */
export async function sizeWithSharp(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  return await (await opened(bytes, true)).metadata().catch((cause) => {
    throw undecodable(cause);
  });
}

async function opened(bytes: Uint8Array, ignoreIcc: boolean): Promise<Sharp> {
  return (await library())(bytes, { failOn: 'error', limitInputPixels: false, ignoreIcc });
}

function undecodable(cause: unknown): ImageRejected {
  if (/premature end/i.test(messageOf(cause))) return cutShort(cause);
  return new ImageRejected('undecodable', "The image is damaged: it can't be decoded", { cause });
}
