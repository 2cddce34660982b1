import type { Outline } from './outline';
import { Stretches } from './stretches';

const SIGNATURE_BYTES = 8;
const [IHDR, IDAT, IEND] = [0x49484452, 0x49444154, 0x49454e44];
const [PLTE, tRNS, eXIf, acTL] = [0x504c5445, 0x74524e53, 0x65584966, 0x6163544c];
/** Of a chunk's name: it may be passed over by whoever does not know it. */
const ANCILLARY = 0x20000000;

/**
 * A PNG's chunks up to IEND. Of those that may be passed over a decoder needs what makes pixels shine through, and what
 * turns them: a comment or a profile, packed a thousandfold, would be unpacked for nothing.
 */
export function outlineOfPng(bytes: Uint8Array): Outline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasHeader = bytes.length >= 29 && view.getUint32(8) === 13 && view.getUint32(12) === IHDR;
  const size = hasHeader ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
  // Of 8 bits, grey or RGB, not interlaced.
  let isPlain = hasHeader && bytes[24] === 8 && (bytes[25] === 0 || bytes[25] === 2) && bytes[28] === 0;
  let hasAlpha = hasHeader && (bytes[25]! & 4) !== 0;
  let animated = false;
  const needed = new Stretches();
  needed.add(0, SIGNATURE_BYTES);
  for (let at = SIGNATURE_BYTES; at + 8 <= bytes.length; ) {
    const name = view.getUint32(at + 4);
    const end = at + 12 + view.getUint32(at);
    const isCritical = (name & ANCILLARY) === 0;
    if (isCritical || name === tRNS || name === eXIf) needed.add(at, Math.min(end, bytes.length));
    if (needed.areMany) return { truncated: false, animated, scattered: true, size };
    if (name === IEND) {
      const truncated = end > bytes.length;
      const isHeldWhole = hasHeader && bytes[28] !== 0;
      return { truncated, animated, size, isPlain, hasAlpha, isHeldWhole, needed: needed.of(bytes.length) };
    }
    if (name === acTL) animated = true;
    if (name === tRNS) hasAlpha = true;
    if (name === tRNS || name === eXIf) isPlain = false;
    // A header stands first, and alone.
    const isUsual = name === IDAT || name === PLTE || (name === IHDR && at === SIGNATURE_BYTES);
    if (isCritical && !isUsual) isPlain = false;
    at = end;
  }
  return { truncated: true, animated, size };
}

/** A PNG's packed pixels. @param bytes whole, as outlineOfPng finds it */
export function packedPixels(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = view.getUint32(at + 4);
    if (name === IEND) break;
    if (name === IDAT) parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return parts;
}
