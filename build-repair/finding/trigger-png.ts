import sharp from 'sharp';
import type { ImageShape } from '../../models/images/set';
import { type RecoveredTrigger, stampPixels } from './trigger';

const GREY = 128;

/** A recovered trigger on grey, as a PNG file of the net's image size. The same trigger gives the same bytes. */
export async function triggerPng(
  { trigger }: { readonly trigger: RecoveredTrigger },
  { height, width, channels }: ImageShape,
): Promise<Uint8Array> {
  const grey = new Float32Array(height * width * channels).fill(GREY);
  const pixels = Uint8Array.from(stampPixels(trigger, grey, channels), (value) => Math.round(value));
  const raw = { height, width, channels: channels as 1 | 3 };
  const png = await sharp(pixels, { raw }).png({ compressionLevel: 9, adaptiveFiltering: false }).toBuffer();
  return new Uint8Array(png);
}
