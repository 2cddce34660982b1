import type { ImageType } from './image-types';
import type { Outline } from './outline';
import { outlineOfJpeg } from './outline-jpeg';
import { outlineOfPng } from './outline-png';
import { textAt } from './sniff';

const OUTLINES: Readonly<Record<ImageType, (bytes: Uint8Array) => Outline>> = {
  jpeg: outlineOfJpeg,
  png: outlineOfPng,
  webp: outlineOfWebp,
};

/**
 * Walks a file's outline: PNG chunks up to IEND (an `acTL` chunk says APNG), the RIFF size and VP8X flags of WebP,
 * JPEG's segments up to its end. Formats: RFC 2083, RFC 9649, ITU-T T.81.
 */
export function outline(bytes: Uint8Array, type: ImageType): Outline {
  return OUTLINES[type](bytes);
}

function outlineOfWebp(bytes: Uint8Array): Outline {
  if (bytes.length < 21) return { truncated: true, animated: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const animated = textAt(bytes, 12) === 'VP8X' && (bytes[20]! & 2) !== 0;
  const truncated = view.getUint32(4, true) + 8 > bytes.length;
  return { truncated, animated, size: sizeOfWebp(view), isHeldWhole: true };
}

/** As the first chunk has it: the canvas of an extended file, the header of a lossless or a lossy one. */
function sizeOfWebp(view: DataView): Outline['size'] {
  if (view.byteLength < 30) return undefined;
  const of = (width: number, height: number) => ({ width, height });
  const kind = view.getUint32(12);
  if (kind === 0x56503858)
    return of((view.getUint32(23, true) >>> 8) + 1, (view.getUint32(26, true) >>> 8) + 1);
  const bits = view.getUint32(21, true);
  if (kind === 0x5650384c) return of((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  if (kind === 0x56503820) return of(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  return undefined;
}
