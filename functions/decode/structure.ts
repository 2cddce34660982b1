import { type ImageType, textAt } from './sniff';

/** What a file's outline tells before anything is decoded. */
export interface Outline {
  /** The file ends before its own outline does. */
  readonly truncated: boolean;
  readonly animated: boolean;
}

/**
 * Walks a file's outline: PNG chunks up to IEND (an `acTL` chunk says APNG), the RIFF size and VP8X flags of WebP,
 * JPEG's segments up to the first scan. Formats: RFC 2083, RFC 9649, ITU-T T.81.
 */
export function outline(bytes: Uint8Array, type: ImageType): Outline {
  if (type === 'png') return outlineOfPng(bytes);
  if (type === 'webp') return outlineOfWebp(bytes);
  return { truncated: !reachesScan(bytes), animated: false };
}

function outlineOfPng(bytes: Uint8Array): Outline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let animated = false;
  for (let at = 8; at + 8 <= bytes.length; ) {
    const name = textAt(bytes, at + 4);
    const end = at + 12 + view.getUint32(at);
    if (name === 'IEND') return { truncated: end > bytes.length, animated };
    if (name === 'acTL') animated = true;
    at = end;
  }
  return { truncated: true, animated };
}

function outlineOfWebp(bytes: Uint8Array): Outline {
  if (bytes.length < 21) return { truncated: true, animated: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const animated = textAt(bytes, 12) === 'VP8X' && (bytes[20]! & 2) !== 0;
  return { truncated: view.getUint32(4, true) + 8 > bytes.length, animated };
}

function reachesScan(bytes: Uint8Array): boolean {
  for (let at = 2; at + 4 <= bytes.length; ) {
    // Anything but a marker: not cut short, but damaged, which the decoder will say.
    if (bytes[at] !== 0xff) return true;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    if (marker === 0xda) return at + 2 + length < bytes.length;
    at += 2 + length;
  }
  return false;
}
