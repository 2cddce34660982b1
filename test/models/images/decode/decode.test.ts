import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../../models/errors';
import { decodeImage, ImageRejected, type RejectReason, sniffImage } from '../../../../models/images/decode';

const shape = { height: 6, width: 8, channels: 3 };
const grey = { ...shape, channels: 1 };

/** Pixels that all differ. */
const pixels = Uint8Array.from({ length: 6 * 8 * 3 }, (_, i) => (i * 37 + (i % 3) * 11) % 256);

function picture(
  data: Uint8Array | Uint16Array = pixels,
  width = 8,
  height = 6,
  channels: 1 | 2 | 3 | 4 = 3,
): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** A smooth picture of any size, so that JPEG and resizing change little. */
function slope(width: number, height: number): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const spot = Math.floor(i / 3);
    const along = (spot % width) / width;
    return [255 * along, 255 * (1 - along), 255 * (Math.floor(spot / width) / height)][i % 3]!;
  });
  return picture(data, width, height);
}

const chunk = (name: string, data: Uint8Array) => {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

/** A PNG whose header claims a size, with next to nothing behind it. */
function claimedPng(width: number, height: number, extra: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const idat = chunk('IDAT', deflateSync(Buffer.alloc((width * 3 + 1) * Math.min(height, 8))));
  return Buffer.concat([signature, chunk('IHDR', header), extra, idat, chunk('IEND', Buffer.alloc(0))]);
}

const far = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('sniffImage', () => {
  it('goes by the first bytes alone', async () => {
    expect(sniffImage(await picture().jpeg().toBuffer())).toBe('jpeg');
    expect(sniffImage(await picture().png().toBuffer())).toBe('png');
    expect(sniffImage(await picture().webp().toBuffer())).toBe('webp');
    for (const other of [
      '',
      'GIF89a',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'RIFF0000WAVE',
      'BM',
      '%PDF',
    ]) {
      expect(sniffImage(Buffer.from(other))).toBeUndefined();
    }
  });
});

describe('decodeImage', () => {
  it('keeps every pixel of an image of the right size', async () => {
    for (const image of [
      picture().png(),
      picture().png({ progressive: true }),
      picture().webp({ lossless: true }),
    ]) {
      expect([...(await decodeImage(await image.toBuffer(), shape))]).toEqual([...pixels]);
    }
    // A profile of other primaries: nets are trained on the numbers as they stand in the file.
    const { icc } = await sharp(await picture().withIccProfile('p3').png().toBuffer()).metadata();
    const plain = await picture().png().toBuffer();
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('p3\0\0', 'latin1'), deflateSync(icc!)]));
    const profiled = Buffer.concat([plain.subarray(0, 33), profile, plain.subarray(33)]);
    expect((await sharp(profiled).metadata()).hasProfile).toBe(true);
    expect([...(await decodeImage(profiled, shape))]).toEqual([...pixels]);
    const jpeg = await picture().jpeg().toBuffer();
    expect([...(await decodeImage(jpeg, shape))]).toEqual([...(await sharp(jpeg).raw().toBuffer())]);
  });

  it('knows JPEG of every kind', async () => {
    const expected = await slope(64, 48).raw().toBuffer();
    const size = { height: 48, width: 64, channels: 3 };
    for (const image of [
      slope(64, 48).jpeg({ quality: 100 }),
      slope(64, 48).jpeg({ quality: 100, progressive: true, chromaSubsampling: '4:4:4' }),
      slope(64, 48).jpeg({ quality: 100, mozjpeg: true }),
    ]) {
      expect(far(await decodeImage(await image.toBuffer(), size), expected)).toBeLessThan(8);
    }
    // CMYK holds fewer colours than RGB: these it does hold.
    for (const colour of [
      [180, 120, 100],
      [90, 110, 150],
      [240, 240, 240],
    ]) {
      const plain = picture(Uint8Array.from({ length: 144 }, (_, i) => colour[i % 3]!));
      const cmyk = await plain.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
      expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
      expect(far((await decodeImage(cmyk, shape)).subarray(0, 3), colour)).toBeLessThan(8);
    }
  });

  it('turns an image upright', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const stored = picture().withMetadata({ orientation }).webp({ lossless: true });
      const bytes = await stored.toBuffer();
      const upright = orientation < 5 ? shape : { height: 8, width: 6, channels: 3 };
      // As EXIF defines it: where the stored row and column come to lie.
      const decoded = await decodeImage(bytes, upright);
      for (let row = 0; row < 6; row++) {
        for (let column = 0; column < 8; column++) {
          const [bottom, right] = [5 - row, 7 - column];
          const [y, x] = [
            [row, column],
            [row, right],
            [bottom, right],
            [bottom, column],
            [column, row],
            [column, bottom],
            [right, bottom],
            [right, row],
          ][orientation - 1] as [number, number];
          const [from, to] = [(row * 8 + column) * 3, (y * upright.width + x) * 3];
          expect([...decoded.subarray(to, to + 3)], `${orientation}`).toEqual([
            ...pixels.subarray(from, from + 3),
          ]);
        }
      }
    }
  });

  it('makes 8-bit RGB of palettes, 16 bits, grey and transparency', async () => {
    const two = Uint8Array.from(
      { length: 144 },
      (_, i) => (Math.floor(i / 3) % 2 ? [200, 10, 30] : [0, 90, 255])[i % 3]!,
    );
    const palette = await picture(two).png({ palette: true }).toBuffer();
    expect((await sharp(palette).metadata()).isPalette).toBe(true);
    expect([...(await decodeImage(palette, shape))]).toEqual([...two]);

    const deep = await picture(Uint16Array.from(pixels, (v) => v * 257))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect([...(await decodeImage(deep, shape))]).toEqual([...pixels]);

    const shades = pixels.subarray(0, 48);
    const tripled = [...shades].flatMap((v) => [v, v, v]);
    const one = await picture(shades, 8, 6, 1).toColourspace('b-w').png().toBuffer();
    expect((await sharp(one).metadata()).channels).toBe(1);
    expect([...(await decodeImage(one, shape))]).toEqual(tripled);
    expect([...(await decodeImage(one, grey))]).toEqual([...shades]);
    const deepGrey = await picture(
      Uint16Array.from(shades, (v) => v * 257),
      8,
      6,
      1,
    )
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await decodeImage(deepGrey, shape))]).toEqual(tripled);

    const clear = Uint8Array.from(
      { length: 192 },
      (_, i) => [10, 20, 30, Math.floor(i / 4) % 2 ? 255 : 0][i % 4]!,
    );
    const laid = Array.from({ length: 144 }, (_, i) => (Math.floor(i / 3) % 2 ? [10, 20, 30][i % 3]! : 255));
    expect([...(await decodeImage(await picture(clear, 8, 6, 4).png().toBuffer(), shape))]).toEqual(laid);
    const half = Uint8Array.from({ length: 192 }, (_, i) => [0, 0, 0, 128][i % 4]!);
    const [value] = await decodeImage(
      await picture(half, 8, 6, 4).webp({ lossless: true }).toBuffer(),
      shape,
    );
    expect(Math.abs(value! - 127)).toBeLessThanOrEqual(1);
    const greyAlpha = Uint8Array.from({ length: 96 }, (_, i) => (i % 2 ? 0 : 9));
    const decoded = await decodeImage(
      await picture(greyAlpha, 8, 6, 2).toColourspace('b-w').png().toBuffer(),
      grey,
    );
    expect([...decoded]).toEqual(Array.from({ length: 48 }, () => 255));
  });

  it('takes the luma of colours for a grey net', async () => {
    const decoded = await decodeImage(await picture().png().toBuffer(), grey);
    for (let i = 0; i < 48; i++) {
      const [r, g, b] = pixels.subarray(i * 3);
      expect(Math.abs(decoded[i]! - (0.299 * r! + 0.587 * g! + 0.114 * b!))).toBeLessThanOrEqual(0.5);
    }
  });

  it('stretches an image of another size', async () => {
    const expected = await slope(8, 6).raw().toBuffer();
    for (const [width, height] of [
      [800, 600],
      [300, 900],
      [81, 61],
    ] as const) {
      const decoded = await decodeImage(await slope(width, height).png().toBuffer(), shape);
      // Half an output pixel lies between the corner of one and the middle of the other.
      expect(far(decoded, expected)).toBeLessThan(28);
    }
    const one = await decodeImage(
      await picture(Uint8Array.of(9, 90, 200), 1, 1)
        .png()
        .toBuffer(),
      shape,
    );
    expect([...one]).toEqual(Array.from({ length: 144 }, (_, i) => [9, 90, 200][i % 3]));
  });

  describe('rejects', () => {
    const rejected = async (bytes: Uint8Array, reason: RejectReason, limits = {}) => {
      const error = await decodeImage(bytes, shape, limits).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ImageRejected);
      expect((error as ImageRejected).reason).toBe(reason);
      expect((error as ImageRejected).message).not.toMatch(/vips|undefined/i);
    };

    it('what is empty, too large or no image', async () => {
      await rejected(new Uint8Array(), 'empty');
      await rejected(await picture().png().toBuffer(), 'too-large', { maxBytes: 50 });
      for (const text of [
        'hello',
        'GIF89a...',
        '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"/>',
      ]) {
        await rejected(Buffer.from(text), 'unsupported-type');
      }
    });

    it('a photograph of a telephone, with what to do', async () => {
      const told = (brand: string) =>
        decodeImage(Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1`), shape).catch(messageOf);
      expect(await told('heic')).toBe('The image is HEIC, none of JPEG, PNG and WebP: save it as JPEG');
      expect(await told('avif')).toBe('The image is AVIF, none of JPEG, PNG and WebP: save it as JPEG');
      expect(await told('isom')).toBe('The image is none of JPEG, PNG and WebP');
    });

    it('pictures of other types by their names, with what to do', async () => {
      const told = (text: string) => decodeImage(Buffer.from(text, 'latin1'), shape).catch(messageOf);
      for (const [text, name] of [
        ['GIF89a\x01\0\x01\0', 'GIF'],
        ['BM\x46\0\0\0\0\0\0\0\x36\0', 'BMP'],
        ['II*\0\x08\0\0\0', 'TIFF'],
        ['MM\0*\0\0\0\x08', 'TIFF'],
        ['\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
      ] as const)
        expect(await told(text)).toBe(`The image is ${name}, none of JPEG, PNG and WebP: save it as PNG`);
      for (const text of ['BMW is a make of cars', 'MMXX', 'IIII'])
        expect(await told(text)).toBe('The image is none of JPEG, PNG and WebP');
    });

    it('an image of too many pixels, by its header alone', async () => {
      await rejected(claimedPng(50_000, 50_000), 'too-many-pixels');
      await rejected(claimedPng(5001, 5000), 'too-many-pixels', { maxPixels: 25e6 });
      const jpeg = await slope(64, 48).jpeg().toBuffer();
      // Height and width in the frame header (SOF0).
      const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5;
      jpeg.writeUInt16BE(65_000, frame);
      jpeg.writeUInt16BE(65_000, frame + 2);
      await rejected(jpeg, 'too-many-pixels', { maxPixels: 25e6 });
    });

    it('an image that is cut short anywhere', async () => {
      for (const image of [
        slope(64, 48).jpeg(),
        slope(64, 48).jpeg({ progressive: true }),
        slope(64, 48).png(),
        slope(64, 48).png({ progressive: true }),
        slope(64, 48).webp(),
        slope(64, 48).webp({ lossless: true }),
      ]) {
        const bytes = await image.toBuffer();
        for (const share of [0.05, 0.3, 0.6, 0.9]) {
          await rejected(bytes.subarray(0, Math.max(12, Math.floor(bytes.length * share))), 'truncated');
        }
      }
      await rejected((await picture().png().toBuffer()).subarray(0, -5), 'truncated');
    });

    it('moving pictures', async () => {
      const frames = [await picture().png().toBuffer(), await picture().negate().png().toBuffer()];
      await rejected(
        await sharp(frames, { join: { animated: true } })
          .webp()
          .toBuffer(),
        'animated',
      );
      await rejected(claimedPng(8, 6, chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))), 'animated');
    });

    it('damaged images', async () => {
      const png = await slope(64, 48).png().toBuffer();
      png.fill(0x55, png.length >> 1, (png.length >> 1) + 8);
      await rejected(png, 'undecodable');
      const webp = await slope(64, 48).webp().toBuffer();
      webp.fill(0, 12, 60);
      await rejected(webp, 'undecodable');
      const jpeg = await slope(64, 48).jpeg().toBuffer();
      // The counts of codes in a Huffman table: more of each length than there can be.
      const table = jpeg.indexOf(Buffer.from([0xff, 0xc4])) + 5;
      await rejected(jpeg.fill(255, table, table + 16), 'undecodable');
      const deep = await slope(64, 48).jpeg().toBuffer();
      // Of a baseline frame: what kind it is, and how many bits.
      const frame = deep.indexOf(Buffer.from([0xff, 0xc0]));
      deep.set([0xff, 0xc1], frame);
      deep[frame + 4] = 12;
      await rejected(deep, 'undecodable');
      await expect(decodeImage(deep, shape)).rejects.toThrow(/a JPEG of a rare kind/);
      await rejected(claimedPng(8, 600), 'undecodable');
      await rejected(claimedPng(0, 6), 'undecodable');
    });
  });
});
