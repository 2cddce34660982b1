import sharp from 'sharp';
import type { ImageShape } from '../../models/images/set';
import type { RecoveredTrigger } from './trigger';

/** Origin: no choice: what is not seen, for opacity is 0 there. */
const GREY = 128;

/**
 * A recovered trigger as a PNG file of the net's image size: its colours, and its mask as their opacity. The same trigger
 * gives the same bytes.
 */
export async function triggerPng(
  { trigger }: { readonly trigger: RecoveredTrigger },
  { height, width, channels }: ImageShape,
): Promise<Uint8Array> {
  const { mask, pattern } = trigger;
  const pixels = new Uint8Array(height * width * (channels + 1));
  mask.forEach((share, at) => {
    const opacity = Math.round(255 * share);
    const start = at * (channels + 1);
    for (let channel = 0; channel < channels; channel++) {
      pixels[start + channel] = opacity === 0 ? GREY : Math.round(pattern[at * channels + channel]!);
    }
    pixels[start + channels] = opacity;
  });
  const raw = { height, width, channels: (channels + 1) as 2 | 4 };
  const png = await sharp(pixels, { raw }).png({ compressionLevel: 9, adaptiveFiltering: false }).toBuffer();
  return new Uint8Array(png);
}

/**
 * The trigger in such a file, to 1/255 of its opacity and to whole values of its colours.
 * @returns undefined for a file without opacity (bundles of before have the trigger on grey), or of another size
 */
export async function readTriggerPng(
  png: Uint8Array,
  { height, width, channels }: ImageShape,
): Promise<RecoveredTrigger | undefined> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  // A grey file with opacity may be read as one with colours.
  const each = info.channels;
  const isOpaque = each !== 2 && each !== 4;
  if (info.height !== height || info.width !== width || isOpaque || each <= channels) return undefined;
  return {
    mask: Float32Array.from({ length: height * width }, (_, at) => data[(at + 1) * each - 1]! / 255),
    pattern: Float32Array.from(
      { length: height * width * channels },
      (_, at) => data[Math.floor(at / channels) * each + (at % channels)]!,
    ),
  };
}
