import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, ImageRejected } from '../../../../models/images/decode';
import { outline } from '../../../../models/images/decode/structure';
import { decodeWithSharp } from '../../../../models/images/decode/with-sharp';
import { Random } from '../../../../models/random';
import {
  blackPixels,
  chunk,
  hiddenFrame,
  manyScans,
  pngHeader,
  pngOf,
} from '../../../functions/hostile-pictures';

const shape = { height: 40, width: 32, channels: 3 };
const LIMITS = { maxPixels: 25e6 };
const random = new Random(5);

/** Why an image is not taken; undefined where it is. */
async function reasonOf(bytes: Uint8Array, limits: object = LIMITS, to = shape): Promise<string | undefined> {
  try {
    await decodeImage(bytes, to, limits);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ImageRejected);
    expect((error as ImageRejected).message).not.toMatch(/vips|jpeg data/i);
    return (error as ImageRejected).reason;
  }
}

function noise(width: number, height: number) {
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => 60 + random.int(120));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** By how many MB some work raises the most memory that this process ever had. */
async function raisedBy(work: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return (process.resourceUsage().maxRSS - before) / 1024;
}

const END = Buffer.from([0xff, 0xd9]);

describe('memory', () => {
  it('is taken for what a PNG is to be, whatever it unpacks to', async () => {
    const packed = deflateSync(Buffer.alloc(400e6));
    const pixels = blackPixels(32, 40);
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('p\0\0', 'latin1'), packed]));
    const text = chunk('zTXt', Buffer.concat([Buffer.from('a\0\0', 'latin1'), packed]));
    const international = chunk('iTXt', Buffer.concat([Buffer.from('a\0\x01\0\0\0', 'latin1'), packed]));
    expect(await reasonOf(pngOf(pngHeader(32, 40), pixels))).toBeUndefined();
    for (const more of [profile, text, international]) {
      const png = pngOf(pngHeader(32, 40), more, pixels);
      expect(await raisedBy(async () => expect(await reasonOf(png)).toBeUndefined())).toBeLessThan(100);
      // None of it comes before a decoder.
      expect(outline(png, 'png').needed?.some(([from, to]) => from <= 41 && to > 41)).toBe(false);
    }
    const long = pngOf(pngHeader(32, 40), chunk('IDAT', packed));
    expect(await raisedBy(() => reasonOf(long))).toBeLessThan(100);
    const twice = pngOf(pngHeader(32, 40), pngHeader(12_000, 12_000), pixels);
    expect(await raisedBy(async () => expect(await reasonOf(twice)).toBe('undecodable'))).toBeLessThan(100);
  });

  it('is not taken for a file in a million pieces', async () => {
    const text = Buffer.concat([chunk('tEXt', Buffer.from('a\0b')), chunk('IDAT')]);
    const pngs = (times: number) =>
      pngOf(pngHeader(32, 40), Buffer.alloc(text.length * times, text), blackPixels(32, 40));
    const many = pngs(300_000);
    expect(await raisedBy(async () => expect(await reasonOf(many)).toBe('undecodable'))).toBeLessThan(50);
    const jpeg = await noise(32, 40).jpeg().toBuffer();
    const odd = Buffer.alloc(9e6, Buffer.from([0xff, 0xfe, 0, 2, 1]));
    const pieces = Buffer.concat([jpeg.subarray(0, 2), odd, jpeg.subarray(2)]);
    expect(await raisedBy(async () => expect(await reasonOf(pieces)).toBe('undecodable'))).toBeLessThan(50);
    const few = Buffer.concat([jpeg.subarray(0, 2), odd.subarray(0, 500), jpeg.subarray(2)]);
    expect(await reasonOf(few)).toBeUndefined();
  });

  it('is not taken for a frame that hides behind a marker without a length', async () => {
    for (const marker of [0x01, 0xd0, 0xd3, 0xd7, 0x00]) {
      const bytes = hiddenFrame(20_000, 20_000, marker);
      expect(bytes.length).toBeLessThan(70_000);
      const raised = await raisedBy(async () => expect(await reasonOf(bytes)).toBe('too-many-pixels'));
      expect(raised).toBeLessThan(100);
    }
  });
});

describe('the size that counts', () => {
  it('is the one that the decoder uses', async () => {
    const bytes = hiddenFrame(32, 40);
    expect(outline(bytes, 'jpeg')).toMatchObject({ size: { width: 32, height: 40 }, isPlain: false });
    expect(outline(hiddenFrame(300, 200), 'jpeg').size).toEqual({ width: 300, height: 200 });
    // Nothing was looked at before: sharp's own limit.
    const size = { height: 100, width: 100, channels: 3 };
    const big = await noise(200, 200).jpeg().toBuffer();
    await expect(decodeWithSharp(big, false, size, { maxPixels: 39_999 })).rejects.toMatchObject({
      reason: 'too-many-pixels',
    });
    expect((await decodeWithSharp(big, false, size, { maxPixels: 40_000 })).length).toBe(30_000);
  });

  it('is that of the first frame, where a second follows, and with segments that say they are nothing', async () => {
    const jpeg = await noise(32, 40).jpeg().toBuffer();
    const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const other = Buffer.from(jpeg.subarray(at, at + 19));
    other.writeUInt16BE(9000, 5);
    other.writeUInt16BE(9000, 7);
    const before = Buffer.concat([jpeg.subarray(0, at), other, jpeg.subarray(at)]);
    expect(await reasonOf(before)).toBe('too-many-pixels');
    const after = Buffer.concat([jpeg.subarray(0, at + 19), other, jpeg.subarray(at + 19)]);
    expect(outline(after, 'jpeg')).toMatchObject({ size: { width: 32, height: 40 }, isPlain: false });
    expect(await reasonOf(after)).toBe('undecodable');
    // A comment of length 0 is two bytes of nothing, as libjpeg reads it.
    const empty = Buffer.from([0xff, 0xfe, 0, 0]);
    const commented = Buffer.concat([jpeg.subarray(0, 2), empty, jpeg.subarray(2)]);
    expect(outline(commented, 'jpeg').size).toEqual({ width: 32, height: 40 });
  });

  it('has no side over 16,384', async () => {
    for (const [width, height] of [
      [16_385, 1],
      [1, 16_385],
      [25_000_000, 1],
    ] as const) {
      const png = pngOf(pngHeader(width, height), blackPixels(width, height));
      expect(await reasonOf(png)).toBe('too-many-pixels');
      if (width > 65_535) continue;
      expect(await reasonOf(await sharp(png).jpeg().toBuffer())).toBe('too-many-pixels');
      const most = pngOf(
        pngHeader(width - (width > 1 ? 1 : 0), height - (height > 1 ? 1 : 0)),
        blackPixels(width, height),
      );
      expect(await reasonOf(most)).toBeUndefined();
    }
  });
});

describe('a decode', () => {
  it('passes over the pixels of a JPEG so often and no more', async () => {
    expect(await reasonOf(manyScans(64, 48, 100))).toBeUndefined();
    expect(await reasonOf(manyScans(64, 48, 101))).toBe('undecodable');
    expect(await reasonOf(manyScans(4990, 4990, 20))).toBeUndefined();
    expect(await reasonOf(manyScans(4990, 4990, 21))).toBe('undecodable');
    // Of the net's own size, and not even progressive.
    const plain = await noise(32, 40).toColourspace('b-w').jpeg().toBuffer();
    const scan = plain.subarray(plain.indexOf(Buffer.from([0xff, 0xda])), -2);
    const often = Buffer.concat([plain.subarray(0, -2), ...Array<Buffer>(200).fill(scan), END]);
    expect(await reasonOf(often)).toBe('undecodable');
  });

  it('is ended when it takes too long', async () => {
    const rows = deflateSync(Buffer.alloc(16_384 * 2049));
    const png = pngOf(pngHeader(16_384, 16_384, 1, 0), chunk('IDAT', rows));
    const large = { height: 9000, width: 9000, channels: 3 };
    await expect(decodeWithSharp(png, false, large, { maxSeconds: 1 })).rejects.toMatchObject({
      reason: 'undecodable',
      message: 'The image takes too long to decode',
    });
  });
});

describe('a JPEG whose data ends too early', () => {
  const kinds = [
    ['plain', {}],
    ['4:4:4', { chromaSubsampling: '4:4:4' }],
    ['optimised', { optimiseCoding: true, quality: 40 }],
    ['progressive', { progressive: true }],
    ['of mozjpeg', { mozjpeg: true }],
  ] as const;

  it.each(kinds)('is cut short, with an end marker or without: %s', async (_, options) => {
    for (const [width, height] of [
      [32, 40],
      [64, 48],
      [640, 480],
    ] as const) {
      const whole = await noise(width, height).jpeg(options).toBuffer();
      expect(await reasonOf(whole)).toBeUndefined();
      const data = whole.indexOf(Buffer.from([0xff, 0xda])) + 14;
      for (const share of [0.1, 0.5, 0.9, 0.98]) {
        let to = data + Math.floor((whole.length - data) * share);
        // Not amid a marker.
        while (whole[to - 1] === 0xff || whole[to] === 0xff) to--;
        const cut = whole.subarray(0, to);
        expect(await reasonOf(cut), `${width}, ${share}`).toBe('truncated');
        expect(await reasonOf(Buffer.concat([cut, END])), `${width}, ${share}, ended`).toBe('truncated');
      }
    }
  });

  it('is told from one that is whole, of whatever size and kind', async () => {
    for (let round = 0; round < 60; round++) {
      const [width, height] = [1 + random.int(90), 1 + random.int(90)];
      const picture = round % 5 === 0 ? noise(width, height).toColourspace('b-w') : noise(width, height);
      const whole = await picture.jpeg({ ...kinds[round % 5]![1], quality: 5 + random.int(95) }).toBuffer();
      expect(await reasonOf(whole), `round ${round}`).toBeUndefined();
    }
  });

  it('is told from one with something before, between or after its parts', async () => {
    const whole = await noise(64, 48).jpeg().toBuffer();
    const expected = await decodeImage(whole, shape);
    const odd = Buffer.from([1, 2, 3, 4]);
    const tables = whole.indexOf(Buffer.from([0xff, 0xc0]));
    for (const bytes of [
      Buffer.concat([whole.subarray(0, tables), odd, whole.subarray(tables)]),
      Buffer.concat([whole.subarray(0, -2), odd, END]),
      Buffer.concat([whole, Buffer.alloc(1000)]),
      Buffer.concat([whole, whole]),
    ]) {
      expect(Buffer.compare(await decodeImage(bytes, shape), expected)).toBe(0);
    }
    // Something odd does not hide that the end is missing.
    const cut = Buffer.concat([whole.subarray(0, tables), odd, whole.subarray(tables, -300), END]);
    expect(await reasonOf(cut)).toBe('truncated');
  });
});
