import sharp, { type Sharp } from 'sharp';
import { messageOf } from '../../models/errors';
import { type ImageShape, imageSize } from '../../models/images/set';
import { ImageRejected } from './errors';
import { sniffImage } from './sniff';
import { outline } from './structure';

/** How much of an image is taken. */
export interface ImageLimits {
  readonly maxBytes?: number;
  /** Width × height, as the image's header says, looked at before anything is decoded. */
  readonly maxPixels?: number;
}

const WHITE = { r: 255, g: 255, b: 255 };
const MANY_PIXELS = 2 ** 28;

// A few small images after one another: caches would hold memory and never be hit.
sharp.cache(false);
sharp.concurrency(1);

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
  const type = sniffImage(bytes);
  if (bytes.length === 0) throw new ImageRejected('empty', 'The image is empty: 0 bytes');
  if (bytes.length > maxBytes) {
    throw new ImageRejected('too-large', `The image is ${bytes.length} bytes long; the most is ${maxBytes}`);
  }
  if (!type) throw new ImageRejected('unsupported-type', 'The image is none of JPEG, PNG and WebP');
  const { truncated, animated, ...told } = outline(bytes, type);
  if (animated) throw new ImageRejected('animated', 'The image is animated; one still picture is wanted');
  if (truncated) throw cutShort();

  // sharp's own look at the header takes as long as decoding a small image does.
  const size = told.size ?? (await sizeOf(bytes));
  const pixels = size.width * size.height;
  if (pixels > maxPixels) {
    throw new ImageRejected(
      'too-many-pixels',
      `The image has ${size.width}×${size.height} pixels, ${pixels} in all; the most is ${maxPixels}`,
    );
  }
  const { data, info } = await prepare(bytes, told.isCmyk === true, shape)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw undecodable(cause);
    });
  return toChannels(data, info.channels, shape);
}

async function sizeOf(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  return await sharp(bytes, { failOn: 'error', limitInputPixels: false })
    .metadata()
    .catch((cause) => {
      throw undecodable(cause);
    });
}

/** What an image has not (an orientation, transparency, another size) sharp passes over. */
function prepare(bytes: Uint8Array, isCmyk: boolean, { height, width }: ImageShape): Sharp {
  // Without its profile CMYK would be a guess.
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, ignoreIcc: !isCmyk })
    .autoOrient()
    .flatten({ background: WHITE })
    .resize({ height, width, fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('srgb');
}

/** From 1 (grey) or 3 (RGB) channels, an alpha channel aside, to those of the net. */
function toChannels(data: Uint8Array, has: number, shape: ImageShape): Uint8Array {
  const colours = has >= 3 ? 3 : 1;
  if (has === shape.channels) return data;
  const pixels = new Uint8Array(imageSize(shape));
  const spots = shape.height * shape.width;
  for (let i = 0; i < spots; i++) {
    const from = i * has;
    if (colours === shape.channels) {
      for (let c = 0; c < colours; c++) pixels[i * colours + c] = data[from + c]!;
    } else if (colours === 1) {
      pixels.fill(data[from]!, i * shape.channels, (i + 1) * shape.channels);
    } else {
      pixels[i] = (299 * data[from]! + 587 * data[from + 1]! + 114 * data[from + 2]! + 500) / 1000;
    }
  }
  return pixels;
}

function undecodable(cause: unknown): ImageRejected {
  if (/premature end/i.test(messageOf(cause))) return cutShort(cause);
  return new ImageRejected('undecodable', "The image is damaged: it can't be decoded", { cause });
}

function cutShort(cause?: unknown): ImageRejected {
  return new ImageRejected('truncated', 'The image is cut short: its end is missing', { cause });
}
