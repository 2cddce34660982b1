import { ImageRejected } from '../../models/images/decode/errors';
import { lookAt } from '../../models/images/decode/look-at';
import type { ModelInfo } from '../client';
import { clearPng, isOpaque, keepsClear, MOST_CLEAR, type Size } from './clear';

/** An image as it is sent. */
export interface Fitted {
  readonly bytes: Uint8Array;
  /** What became of it, where the service would not have taken it as it is. */
  readonly shrunkTo?: Size;
}

/** Beside its base64: its name and the punctuation. */
const OVERHEAD = 2048;
const QUALITY = 0.95;
/** The largest canvas of Safari on a phone. */
const CANVAS = 2 ** 24;

/** Bytes of a request's JSON that an image of so many bytes takes. */
export const sentBytes = (bytes: number): number => 4 * Math.ceil(bytes / 3) + OVERHEAD;

/** Bytes of the largest image that the service takes, in a request of its own. */
export function mostBytes({ imageBytes, requestBytes }: ModelInfo['limits']): number {
  return Math.min(imageBytes, Math.floor((requestBytes - OVERHEAD) / 4) * 3);
}

/**
 * Makes a still picture smaller where the service would refuse it, as a JPEG of as many pixels as fit, or, where it isn't
 * opaque, as a PNG with its alpha: turned as its EXIF tells, its colours as they are. Never larger, and as it is where the
 * service takes it.
 * @throws ImageRejected where it is none that the service takes, or this browser can't read it, or not all of it
 */
export async function fitted(file: Blob, limits: ModelInfo['limits']): Promise<Fitted> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const most = mostBytes(limits);
  if (bytes.length <= most && pixelsOf(bytes) <= limits.imagePixels) return { bytes };
  // The browser would make one still picture of an animation, and make up what is missing.
  const { hasAlpha } = lookAt(bytes);
  const options = { imageOrientation: 'from-image', colorSpaceConversion: 'none' } as const;
  const bitmap = await createImageBitmap(file, options).catch((cause) => {
    throw new ImageRejected(
      'undecodable',
      'The image is too large, and this browser can’t read it to shrink it',
      { cause },
    );
  });
  try {
    const all = bitmap.width * bitmap.height;
    const isClear = hasAlpha !== false && !isOpaque(bitmap);
    if (isClear && !(await keepsClear())) throw notShrunk();
    const canvas = isClear ? MOST_CLEAR : CANVAS;
    for (let pixels = Math.min(all, limits.imagePixels, canvas); pixels >= 1; ) {
      const scale = Math.sqrt(pixels / all);
      const width = Math.max(1, Math.floor(bitmap.width * scale));
      const height = Math.max(1, Math.floor(bitmap.height * scale));
      const made = isClear
        ? await clearPng(file, { width, height }).catch((cause) => {
            throw notShrunk(cause);
          })
        : await drawn(bitmap, width, height);
      if (made.size <= most) {
        return { bytes: new Uint8Array(await made.arrayBuffer()), shrunkTo: { width, height } };
      }
      pixels = Math.min(pixels, width * height) * Math.min(0.95, most / made.size);
    }
    throw new ImageRejected('too-large', 'The image is too large, and can’t be made small enough');
  } finally {
    bitmap.close();
  }
}

/** Shrunk without what lies beneath its transparency, it could be called clean for what isn't seen. */
function notShrunk(cause?: unknown): ImageRejected {
  const why = 'The image is too large and not opaque, and this browser can’t shrink it with its transparency';
  return new ImageRejected('too-large', `${why}: make it smaller, or opaque as your application sees it`, {
    cause,
  });
}

/** As far as its outline tells: 0 where it does not, or there is none. */
function pixelsOf(bytes: Uint8Array): number {
  try {
    const { width, height } = lookAt(bytes).size ?? { width: 0, height: 0 };
    return width * height;
  } catch {
    return 0;
  }
}

async function drawn(bitmap: ImageBitmap, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new ImageRejected('too-large', 'The image is too large for this browser');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}
