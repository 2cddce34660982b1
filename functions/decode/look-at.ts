import { cutShort, ImageRejected } from './errors';
import { type ImageType, otherType, sniffImage } from './sniff';
import { type Outline, outline } from './structure';

/**
 * Looks at an image's outline, before anything is decoded; here and in browsers.
 * @throws ImageRejected `empty`, `unsupported-type`, `animated`, `truncated`, `undecodable`
 */
export function lookAt(bytes: Uint8Array): Outline & { readonly type: ImageType } {
  if (bytes.length === 0) throw new ImageRejected('empty', 'The image is empty: 0 bytes');
  const type = sniffImage(bytes);
  if (!type) throw new ImageRejected('unsupported-type', `The image is ${otherType(bytes)}`);
  const told = outline(bytes, type);
  if (told.animated)
    throw new ImageRejected('animated', 'The image is animated; one still picture is wanted');
  if (told.truncated) throw cutShort();
  if (told.scattered) throw new ImageRejected('undecodable', "The image is damaged: it can't be decoded");
  return { type, ...told };
}
