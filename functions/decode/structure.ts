import { type ImageType, textAt } from './sniff';

type Frame = Pick<Outline, 'size' | 'isCmyk' | 'isPlain'>;

/** What a file's outline tells before anything is decoded. */
export interface Outline {
  /** The file ends before its own outline does. */
  readonly truncated: boolean;
  readonly animated: boolean;
  /** The image's size in pixels, as it is stored; undefined where the outline does not tell it. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Whether it has four colours, as CMYK has. */
  readonly isCmyk?: boolean;
  /** Whether it is RGB or grey of 8 bits, in one pass, with nothing that turns it or shines through. */
  readonly isPlain?: boolean;
}

/**
 * Walks a file's outline: PNG chunks up to IEND (an `acTL` chunk says APNG), the RIFF size and VP8X flags of WebP,
 * JPEG's segments up to the first scan. Formats: RFC 2083, RFC 9649, ITU-T T.81.
 */
export function outline(bytes: Uint8Array, type: ImageType): Outline {
  if (type === 'png') return outlineOfPng(bytes);
  if (type === 'webp') return outlineOfWebp(bytes);
  return outlineOfJpeg(bytes);
}

function outlineOfPng(bytes: Uint8Array): Outline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasHeader = bytes.length >= 24 && textAt(bytes, 12) === 'IHDR';
  const size = hasHeader ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
  // Of 8 bits, grey or RGB, not interlaced.
  let isPlain = bytes[24] === 8 && (bytes[25] === 0 || bytes[25] === 2) && bytes[28] === 0;
  let animated = false;
  for (let at = 8; at + 8 <= bytes.length; ) {
    const name = textAt(bytes, at + 4);
    const end = at + 12 + view.getUint32(at);
    if (name === 'IEND') return { truncated: end > bytes.length, animated, size, isPlain };
    if (name === 'acTL') animated = true;
    if (name === 'tRNS' || name === 'eXIf') isPlain = false;
    at = end;
  }
  return { truncated: true, animated, size };
}

function outlineOfWebp(bytes: Uint8Array): Outline {
  if (bytes.length < 21) return { truncated: true, animated: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const animated = textAt(bytes, 12) === 'VP8X' && (bytes[20]! & 2) !== 0;
  return { truncated: view.getUint32(4, true) + 8 > bytes.length, animated };
}

function outlineOfJpeg(bytes: Uint8Array): Outline {
  let frame: Frame = {};
  let hasExif = false;
  for (let at = 2; at + 4 <= bytes.length; ) {
    // Anything but a marker: not cut short, but damaged, which the decoder will say.
    if (bytes[at] !== 0xff) return { truncated: false, animated: false };
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    if (marker === 0xda) {
      const isPlain = frame.isPlain === true && !hasExif;
      return { truncated: at + 2 + length >= bytes.length, animated: false, ...frame, isPlain };
    }
    if (isFrame(marker) && at + 10 <= bytes.length) frame = frameAt(bytes, at + 4, marker);
    if (marker === 0xe1 && textAt(bytes, at + 4) === 'Exif') hasExif = true;
    at += 2 + length;
  }
  return { truncated: true, animated: false };
}

/** SOF0 to SOF15, among which are three others. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Precision, height, width and the number of colours. A height of 0 is told after the first scan: not here. */
function frameAt(bytes: Uint8Array, at: number, marker: number): Frame {
  const height = bytes[at + 1]! * 256 + bytes[at + 2]!;
  const width = bytes[at + 3]! * 256 + bytes[at + 4]!;
  const colours = bytes[at + 5];
  return {
    size: height > 0 ? { width, height } : undefined,
    isCmyk: colours === 4,
    // Sequential (SOF0, SOF1): a progressive one may have scans without end.
    isPlain: marker <= 0xc1 && bytes[at] === 8 && (colours === 1 || colours === 3),
  };
}
