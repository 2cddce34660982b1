import { isUtf8 } from 'node:buffer';

/** Half of a pair of code units, standing alone: how a byte that is not UTF-8 is kept in a name. */
const LONE = /(?<![\ud800-\udbff])([\udc80-\udcff])/;

/** A name on a disk as text, each byte that is not UTF-8 as U+DC80 to U+DCFF (Python's way, PEP 383). */
export function nameOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    name += length
      ? bytes.toString('utf8', at, at + length)
      : String.fromCharCode(0xdc00 + bytes.readUInt8(at));
    at += length ?? 1;
  }
  return name;
}

/** What the system knows a file by whose path is made of such names. */
export function pathOf(name: string): string | Buffer {
  if (!LONE.test(name)) return name;
  const parts = name
    .split(LONE)
    .map((part, i) => (i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part)));
  return Buffer.concat(parts);
}
