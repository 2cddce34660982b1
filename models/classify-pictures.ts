import type { ImageShape } from './images/set';
import type { Verdict } from './verdict';
import { mostSuspicious } from './worst-rendering';

/** Pictures that are decoded before they are judged together. Origin: chosen by hand, for memory; verdicts do not depend on it. */
const TOGETHER = 32;

/** Verdicts on images of which the pixels lie one after the other. */
type ClassifyPixels = (pixels: Uint8Array | Float32Array, count: number) => Promise<Verdict[]>;

/**
 * The verdicts on pictures, in their order: those of files are decoded, and what isn't opaque is judged in each of its renderings.
 * @param pictures bytes of JPEG, PNG or WebP files; pixels as floats, as `classify` takes them
 * @throws ImageRejected for what can't be decoded, naming its place among several; what `classify` throws
 */
export async function classifyPictures(
  pictures: readonly (Uint8Array | Float32Array)[],
  shape: ImageShape,
  classify: ClassifyPixels,
): Promise<Verdict[]> {
  // Only here, so that what answers pixels alone loads no decoder.
  const { decodeRenderings, ImageRejected } = await import('./images/decode');
  const verdicts: Verdict[] = [];
  let waiting: Awaited<ReturnType<typeof decodeRenderings>>[] = [];
  const judge = async () => {
    verdicts.push(...(await mostSuspicious(waiting, classify)));
    waiting = [];
  };
  for (const [place, picture] of pictures.entries()) {
    if (picture instanceof Float32Array) {
      await judge();
      verdicts.push(...(await classify(picture, 1)));
      continue;
    }
    const rendered = await decodeRenderings(picture, shape).catch((cause) => {
      if (!(cause instanceof ImageRejected) || pictures.length === 1) throw cause;
      const { reason, message, hint } = cause;
      throw new ImageRejected(reason, `Picture ${place} of ${pictures.length}: ${message}`, { hint, cause });
    });
    waiting.push(rendered);
    if (waiting.length === TOGETHER) await judge();
  }
  await judge();
  return verdicts;
}
