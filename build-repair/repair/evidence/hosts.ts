import { createHash } from 'node:crypto';
import type { Transplant } from '../../../models/detector/nets';
import { ImageError } from '../../../models/errors';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { allImages, type LoadedImages } from '../../images/load';

/**
 * Images that halves of an image are transplanted onto; they are kept in the bundle.
 * Origin: eight and 24 were tried on self-made backdoors: 0–1 % less (docs/method.md, "What was tried and failed"); the trial’s
 * code is gone.
 */
export const HOSTS = 12;
/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const AT_ONCE = 256;

/** Images to transplant onto, drawn for a detector that is fitted on some of the clean images. */
export type DrawHosts = (fit: Int32Array) => Pick<Transplant, 'hosts' | 'count'>;

/**
 * How hosts are drawn: from the clean images that are fitted on, or from a set given in their place. Nothing is ever calibrated on
 * its own host: of a given set, what is a clean image as well is left out where it is not fitted on.
 * @param given the set given in their place
 * @throws ImageError, when it draws, where the given set is nothing but clean images that are calibrated on
 */
export function hostDrawer(
  { images, seed }: Pick<RepairContext, 'images' | 'seed'>,
  given: LoadedImages | undefined,
): DrawHosts {
  const draw = (from: LoadedImages, among: Int32Array) => {
    const drawn = new Random(seed, 'hosts').permutation(among.length).subarray(0, HOSTS);
    const pixels = from.gather(drawn.map((place) => among[place]!));
    return { count: drawn.length, hosts: Uint8Array.from(pixels, Math.round) };
  };
  if (!given) return (fit) => draw(images, fit);
  const cleanByDigest = new Map<string, number[]>();
  digests(images).forEach((digest, image) => {
    const same = cleanByDigest.get(digest);
    if (same) same.push(image);
    else cleanByDigest.set(digest, [image]);
  });
  const cleanOf = digests(given).map((digest) => cleanByDigest.get(digest) ?? []);
  return (fit) => {
    const fitted = new Set(fit);
    const among = allImages(given).filter((image) => cleanOf[image]!.every((clean) => fitted.has(clean)));
    if (among.length === 0) throw tooFew('holds nothing but clean images that are calibrated on');
    return draw(given, among);
  };
}

/** @throws ImageError where a set to draw hosts from has too few images */
export function checkHosts({ count }: Pick<LoadedImages, 'count'>): void {
  if (count < HOSTS) throw tooFew(`has ${count === 1 ? '1 image' : `${count} images`}`);
}

function tooFew(why: string): ImageError {
  return new ImageError(`The set of images to keep in the bundle (--hosts) ${why}; ${HOSTS} are needed`, {
    code: 'IMAGES_TOO_FEW',
    hint: 'Give more images that may be shown, or keep none with --no-images.',
  });
}

/** Tells images apart by their pixels, as a bundle keeps them. */
function digests(images: LoadedImages): string[] {
  const all = allImages(images);
  const size = images.shape.height * images.shape.width * images.shape.channels;
  const found: string[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const batch = all.subarray(start, start + AT_ONCE);
    const pixels = Uint8Array.from(images.gather(batch), Math.round);
    for (let i = 0; i < batch.length; i++) {
      found.push(
        createHash('sha256')
          .update(pixels.subarray(i * size, (i + 1) * size))
          .digest('base64'),
      );
    }
  }
  return found;
}
