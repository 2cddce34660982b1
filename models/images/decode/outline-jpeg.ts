import type { Outline } from './outline';
import { textAt } from './sniff';
import { Stretches } from './stretches';

type Frame = Pick<Outline, 'size' | 'isCmyk' | 'isPlain'> & { readonly marker: number };

const [SOI, EOI, SOS, TEM, APP1] = [0xd8, 0xd9, 0xda, 0x01, 0xe1];

/**
 * A JPEG's markers from first to last, read as libjpeg reads them: what stands between segments, and markers without a
 * length (ITU-T T.81, B.1.1.3), are passed over, and are nothing that a decoder needs.
 */
export function outlineOfJpeg(bytes: Uint8Array): Outline {
  const needed = new Stretches();
  needed.add(0, 2);
  let frame: Frame | undefined;
  let hasExif = false;
  let isOdd = false;
  let scans = 0;
  /** Where the data of the scan at hand begins. */
  let scanFrom: number | undefined;
  const found = () => {
    const isPlain = frame?.isPlain === true && !isOdd && !hasExif && scans === 1;
    const isOnePass = frame !== undefined && frame.marker <= 0xc1 && scans === 1;
    const { size, isCmyk } = frame ?? {};
    return { animated: false, size, isCmyk, scans, isPlain, isOnePass, hasAlpha: false };
  };
  for (let at = 2; ; ) {
    const from = at;
    at = nextMark(bytes, at);
    if (at > from && scanFrom === undefined) isOdd = true;
    const data = at;
    at = afterMarks(bytes, at);
    if (at >= bytes.length) return { ...found(), truncated: true };
    const marker = bytes[at++]!;
    if (marker === 0 || marker === TEM || (marker >= 0xd0 && marker < SOI)) {
      // In a scan's data 0 says that 255 is meant, and others where decoding begins anew.
      if (scanFrom === undefined) isOdd = true;
      continue;
    }
    if (scanFrom !== undefined) needed.add(scanFrom, data);
    scanFrom = undefined;
    if (marker === EOI) {
      needed.add(at - 2, at);
      return { ...found(), truncated: false, end: at, needed: needed.of(at) };
    }
    // Nothing that libjpeg goes on after: not cut short, but damaged, which the decoder will say.
    if (!isSegment(marker)) return { ...found(), truncated: false, isPlain: false };
    if (at + 2 > bytes.length) return { ...found(), truncated: true };
    const end = at + Math.max(2, bytes[at]! * 256 + bytes[at + 1]!);
    if (end > bytes.length) return { ...found(), truncated: true };
    if (isFrame(marker) && end >= at + 8) {
      if (frame) isOdd = true;
      frame ??= frameAt(bytes, at + 2, marker);
    }
    if (marker === APP1 && textAt(bytes, at + 2) === 'Exif') hasExif = true;
    needed.add(at - 2, end);
    if (needed.areMany) return { ...found(), truncated: false, scattered: true };
    if (marker === SOS) {
      scans++;
      scanFrom = end;
    }
    at = end;
  }
}

/** So many bytes are looked at one by one: of a scan's data every 256th is 255, of what is made to take long every second. */
const NEAR = 32;

/** Where the next byte of 255 is; the end where there is none. */
function nextMark(bytes: Uint8Array, from: number): number {
  const near = Math.min(from + NEAR, bytes.length);
  for (let at = from; at < near; at++) if (bytes[at] === 0xff) return at;
  const found = bytes.indexOf(0xff, near);
  return found < 0 ? bytes.length : found;
}

/** A marker may begin with any number of bytes of 255. */
function afterMarks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] === 0xff) at++;
  return at;
}

/** Of frames, tables, scans, restarts and comments, and of applications. */
function isSegment(marker: number): boolean {
  return (
    (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) ||
    (marker >= SOS && marker <= 0xef) ||
    marker === 0xfe
  );
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
    marker,
    size: height > 0 ? { width, height } : undefined,
    isCmyk: colours === 4,
    // Sequential (SOF0, SOF1): a progressive one may have scans without end.
    isPlain: marker <= 0xc1 && bytes[at] === 8 && (colours === 1 || colours === 3),
  };
}
