import { cutShort, ImageRejected } from './errors';
import type { ImageType } from './image-types';
import type { Outline } from './outline';
import { otherType, sniffImage } from './sniff';
import { outline } from './structure';

/** What is told of an image before it is decoded. */
export type ImageOutline = Outline & { readonly type: ImageType };

/**
 * Looks at an image's outline, before anything is decoded; here and in browsers.
 * @throws ImageRejected `too-large`, `empty`, `unsupported-type`, `animated`, `truncated`, `undecodable`
 */
export function lookAt(bytes: Uint8Array, maxBytes = Number.POSITIVE_INFINITY): ImageOutline {
  if (bytes.length > maxBytes) {
    throw new ImageRejected('too-large', `The image is ${bytes.length} bytes long; the most is ${maxBytes}`);
  }
  if (bytes.length === 0) throw new ImageRejected('empty', 'The image is empty: 0 bytes');
  const type = sniffImage(bytes);
  if (!type) throw new ImageRejected('unsupported-type', `The image is ${otherType(bytes)}`);
  const outlined = outline(bytes, type);
  if (outlined.animated)
    throw new ImageRejected('animated', 'The image is animated; one still picture is wanted');
  if (outlined.truncated) throw cutShort();
  if (outlined.scattered) throw new ImageRejected('undecodable', "The image is damaged: it can't be decoded");
  return { type, ...outlined };
}
