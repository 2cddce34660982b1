import { first, present } from '../../present';
import type { Rendering } from '../../verdict';
import type { Size } from '../fit';
import type { ImageShape } from '../set';
import { checkScans, checkSize, type ImageLimits, MANY_PIXELS } from './limits';
import { type ImageOutline, lookAt } from './look-at';
import type { Outline } from './outline';
import { decodePlain } from './plain';
import { RENDERINGS, type Rendered, renderedWithSharp } from './renderings';
import { concatenated, gathered } from './stretches';
import { decodeWithSharp, lookWithSharp } from './with-sharp';

/**
 * As many bits as a JPEG's decoder reads ahead of the last of its data, 64, all ones (255 is written so): no code. What decodes
 * them as pixels is soon at the file's end.
 */
const AHEAD = new Uint8Array(16).map((_, i) => (i % 2 === 0 ? 255 : 0));

/**
 * Decodes a JPEG, PNG or WebP image to what a net takes. EXIF orientation is applied, transparency is laid on white,
 * palettes, 16 bits and CMYK become 8-bit RGB. Colour profiles of RGB images are left aside, as the tools that nets
 * are trained with do; an image of the net's own size keeps exactly its pixels, any other is brought to that size as
 * the shape's fit tells.
 * @returns height × width × channels values of 0–255, channels last, RGB; or one grey (ITU-R 601 luma) for `channels` 1
 * @throws ImageRejected with the reason
 */
export async function decodeImage(
  bytes: Uint8Array,
  shape: ImageShape,
  limits: ImageLimits = {},
): Promise<Uint8Array> {
  return first(await decodeRenderings(bytes, shape, limits, ['on-white'])).pixels;
}

/**
 * Decodes an image as decodeImage does, in each rendering that whoever reads it later may make.
 * @param outline what lookAt found, where it has looked already
 * @returns one of an opaque picture, whatever is wanted; else as many as are wanted, in that order
 * @throws ImageRejected with the reason
 */
export async function decodeRenderings(
  bytes: Uint8Array,
  shape: ImageShape,
  limits: ImageLimits = {},
  wanted: readonly Rendering[] = RENDERINGS,
  outline = lookAt(bytes, limits.maxBytes),
): Promise<Rendered[]> {
  const { needed, size, isCmyk, mayShine, maxPixels } = await opened(bytes, outline, limits);
  if (mayShine) {
    const all = await renderedWithSharp(needed, shape, wanted, outline, { maxPixels });
    return all.map((each) => ({ ...each, size }));
  }
  const pixels =
    (await decodePlain(needed, outline.type, outline, shape)) ??
    (await decodeWithSharp(forSharp(needed, outline), isCmyk, shape, { type: outline.type, maxPixels }));
  return [{ pixels, size }];
}

interface Opened {
  /** The file without what no decoder needs. */
  readonly needed: Uint8Array;
  readonly size: Size;
  readonly isCmyk: boolean;
  readonly mayShine: boolean;
  readonly maxPixels: number;
}

/** What an image's decoder is to be given, once it is sure how much that takes. @throws ImageRejected */
async function opened(
  bytes: Uint8Array,
  outline: ImageOutline,
  { maxPixels = MANY_PIXELS }: ImageLimits,
): Promise<Opened> {
  const needed = outline.needed ? gathered(bytes, outline.needed) : bytes.subarray(0, outline.end);
  if (outline.size) checkSize(outline.size, maxPixels);
  // sharp's own look at the header takes as long as decoding a small image does: none where the outline is sure.
  const isSure = outline.size && outline.hasAlpha !== undefined;
  const seen = isSure ? undefined : await lookWithSharp(needed);
  const { height, width } = present(seen ?? outline.size, 'The size of an image');
  const size = { height, width };
  checkSize(size, maxPixels);
  checkScans(outline.scans ?? 1, size);
  const mayShine = outline.hasAlpha ?? seen?.hasAlpha ?? false;
  return { needed, size, isCmyk: outline.isCmyk ?? false, mayShine, maxPixels };
}

/**
 * A JPEG of one pass without its end marker: libjpeg makes up what is missing before the marker, and only sometimes says
 * so; at a file's end it stops.
 */
function forSharp(bytes: Uint8Array, { isOnePass, end }: Outline): Uint8Array {
  return isOnePass && end !== undefined ? concatenated([bytes.subarray(0, -2), AHEAD]) : bytes;
}
