import { crc32, deflateSync } from 'node:zlib';

/** A PNG's chunk. */
export function chunk(name: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

export function pngHeader(width: number, height: number, bits = 8, colours = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([bits, colours, 0, 0, 0], 8);
  return chunk('IHDR', header);
}

/** A PNG of these chunks. */
export function pngOf(...chunks: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks, chunk('IEND')]);
}

/** Black RGB pixels, packed. */
export const blackPixels = (width: number, height: number) =>
  chunk('IDAT', deflateSync(Buffer.alloc(height * (1 + 3 * width))));

const segment = (marker: number, body: Uint8Array) => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** A frame header of `colours` colours. */
function frame(marker: number, width: number, height: number, colours: number): Buffer {
  const body = Buffer.from([
    8,
    0,
    0,
    0,
    0,
    colours,
    ...[1, 2, 3].slice(0, colours).flatMap((id) => [id, 0x11, 0]),
  ]);
  body.writeUInt16BE(height, 1);
  body.writeUInt16BE(width, 3);
  return segment(marker, body);
}

const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);
const ONES = segment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)]));
/** A Huffman table of one code of one bit. */
const oneCode = (of: number, means: number) =>
  segment(0xc4, Buffer.from([of, 1, ...Array<number>(15).fill(0), means]));

/**
 * A JPEG of `width` × `height`, for whoever reads it as libjpeg does; for whoever takes the two bytes after `marker`, which has no
 * length, for its length, one of 32 × 40.
 */
export function hiddenFrame(width: number, height: number, marker = 0x01): Buffer {
  const real = [
    Buffer.concat([START, Buffer.from([0xff, marker])]),
    frame(0xc0, width, height, 3),
    ONES,
    oneCode(0x00, 0),
    oneCode(0x10, 0),
  ];
  const fake = Buffer.concat([
    frame(0xc0, 32, 40, 3),
    segment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])),
    Buffer.alloc(4),
  ]);
  // It goes on after as many bytes as the frame's own marker is, read as a length.
  const target = 4 + 0xffc0;
  const soFar = real.reduce((sum, { length }) => sum + length, 0);
  const before = segment(0xfe, Buffer.alloc(30_000));
  const comment = segment(0xfe, Buffer.concat([Buffer.alloc(target - soFar - before.length - 4), fake]));
  const scan = segment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 63, 0]));
  return Buffer.concat([...real, before, comment, scan, END]);
}

/** A grey progressive JPEG, empty, that is passed over `scans` times. */
export function manyScans(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const first = Buffer.concat([
    segment(0xda, Buffer.from([1, 1, 0, 0, 0, 0])),
    Buffer.alloc(Math.ceil((blocks + 1) / 8)),
  ]);
  let bits = '';
  // "No more in so many blocks": a code, and 14 bits of how many.
  for (let left = blocks; left > 0; left -= 32_767) {
    bits += `0${Math.max(0, Math.min(left, 32_767) - 16_384)
      .toString(2)
      .padStart(14, '0')}`;
  }
  const bytes = bits.match(/.{1,8}/g)!.map((each) => Number.parseInt(each.padEnd(8, '1'), 2));
  const data = Buffer.from(bytes.flatMap((byte) => (byte === 255 ? [255, 0] : [byte])));
  const next = Buffer.concat([segment(0xda, Buffer.from([1, 1, 0, 1, 63, 0])), data]);
  const tables = [ONES, oneCode(0x00, 0), oneCode(0x10, 0xe0)];
  const all = [
    START,
    frame(0xc2, width, height, 1),
    ...tables,
    first,
    ...Array<Buffer>(scans - 1).fill(next),
    END,
  ];
  return Buffer.concat(all);
}
