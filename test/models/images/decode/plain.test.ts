import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageType } from '../../../../models/images/decode/image-types';
import { decodePlain } from '../../../../models/images/decode/plain';
import { sniffImage } from '../../../../models/images/decode/sniff';
import { outline } from '../../../../models/images/decode/structure';
import { decodeWithSharp } from '../../../../models/images/decode/with-sharp';
import { Random } from '../../../../models/random';

const shape = { height: 55, width: 47, channels: 3 };
const grey = { ...shape, channels: 1 };
const random = new Random(3);

/** A picture between a smooth slope and noise. */
function picture(noise = 60, { height, width } = shape) {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const spot = Math.floor(i / 3);
    return Math.min(255, (spot % width) * 3 + (i % 3) * 20 + random.int(noise));
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const plainly = (bytes: Uint8Array, to = shape) => {
  const type = sniffImage(bytes) as ImageType;
  return decodePlain(bytes, type, outline(bytes, type), to);
};

describe('plain images, decoded without sharp', () => {
  it.each([
    ['JPEG', () => picture().jpeg({ quality: 90 })],
    ['JPEG, 4:4:4', () => picture().jpeg({ chromaSubsampling: '4:4:4' })],
    ['JPEG of low quality', () => picture(200).jpeg({ quality: 10 })],
    ['grey JPEG', () => picture().greyscale().jpeg()],
    [
      'JPEG with restart markers and own tables',
      () => picture().jpeg({ optimiseCoding: true, quantisationTable: 3 }),
    ],
    ['JPEG with a colour profile', () => picture().withIccProfile('p3').jpeg()],
    ['PNG', () => picture().png({ palette: false })],
    ['PNG, filtered', () => picture(3).png({ adaptiveFiltering: true })],
    ['grey PNG', () => picture().greyscale().toColourspace('b-w').png()],
  ])('gives the very pixels that sharp gives: %s', async (_, made) => {
    const bytes = await made().toBuffer();
    for (const to of [shape, grey]) {
      const pixels = await plainly(bytes, to);
      expect(pixels).toBeDefined();
      expect(Buffer.compare(pixels!, await decodeWithSharp(bytes, false, to))).toBe(0);
    }
  });

  it.each([
    ['of another size', () => picture(9, { ...shape, width: 48 }).jpeg()],
    ['turned', () => picture().withMetadata({ orientation: 6 }).jpeg()],
    ['progressive', () => picture().jpeg({ progressive: true })],
    ['CMYK', () => picture().toColourspace('cmyk').jpeg()],
    ['transparent', () => picture().ensureAlpha(0.5).png()],
    ['with a palette', () => picture().png({ palette: true })],
    ['16 bits', () => picture().toColourspace('rgb16').png()],
    ['interlaced', () => picture().png({ progressive: true })],
    ['WebP', () => picture().webp()],
  ])('leaves to sharp what is %s', async (_, made) => {
    expect(await plainly(await made().toBuffer())).toBeUndefined();
  });

  it('leaves to sharp what is cut short, and goes on', async () => {
    const whole = await picture().jpeg().toBuffer();
    expect(await plainly(whole.subarray(0, whole.length - 40))).toBeUndefined();
    expect(await plainly(whole)).toBeDefined();
  });

  it('reads no damaged file that sharp refuses; PNGs give the same pixels', async () => {
    let answered = 0;
    for (let round = 0; round < 400; round++) {
      const isPng = round % 2 === 0;
      const bytes = await (isPng ? picture().png() : picture().jpeg()).toBuffer();
      for (let i = 0; i <= round % 3; i++) bytes[random.int(bytes.length)] = random.int(256);
      if (sniffImage(bytes) === undefined) continue;
      const pixels = await plainly(bytes);
      if (!pixels) continue;
      answered++;
      const others = await decodeWithSharp(bytes, false, shape);
      // A JPEG's values out of all range, of damaged tables, are cut off otherwise by sharp's SIMD arithmetic.
      if (isPng) expect(Buffer.compare(pixels, others), `round ${round}`).toBe(0);
    }
    expect(answered).toBeGreaterThan(50);
  });

  it('does without what damaged files leave in memory', async () => {
    const whole = await picture().jpeg().toBuffer();
    const damaged = Buffer.from(whole);
    // A Huffman table of more codes than there are.
    damaged.fill(
      255,
      damaged.indexOf(Buffer.from([0xff, 0xc4])) + 5,
      damaged.indexOf(Buffer.from([0xff, 0xc4])) + 21,
    );
    for (let i = 0; i < 20; i++) expect(await plainly(damaged)).toBeUndefined();
    expect(await plainly(whole)).toBeDefined();
  });
});
