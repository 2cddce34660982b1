import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { lazily } from '../../../models/images/decode/lazily';
import { Random } from '../../../models/random';
import {
  blackPixels,
  chunk,
  hiddenFrame,
  manyScans,
  pngHeader,
  pngOf,
} from '../../functions/hostile-pictures';
import { formOf, type HostileRequest } from './input';

/** 25 megapixels. */
const SIDE = 5000;
export const MOST_PIXELS = SIDE * SIDE;
const OWN = 32 * 40;

/** What looks like a photograph to a packer: noise of some grain, on a slope. @param channels 3, or 4 with an alpha channel */
export function photograph(channels: 3 | 4, width = SIDE, height = SIDE, grain = 16): Sharp {
  const random = new Random(3);
  const [w, h] = [Math.ceil(width / grain), Math.ceil(height / grain)];
  const small = Uint8Array.from({ length: w * h * channels }, () => 40 + random.int(170));
  return sharp(small, { raw: { width: w, height: h, channels }, limitInputPixels: false }).resize({
    width,
    height,
    fit: 'fill',
    kernel: 'cubic',
  });
}

const honest: readonly (readonly [what: string, make: () => Promise<Buffer>])[] = [
  ['JPEG', () => photograph(3).jpeg({ quality: 85 }).toBuffer()],
  [
    'JPEG, progressive, 4:4:4',
    () => photograph(3).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  [
    'JPEG, progressive, turned by EXIF',
    () => photograph(3).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
  ],
  [
    'JPEG, CMYK, progressive',
    () =>
      photograph(3)
        .toColourspace('cmyk')
        .jpeg({ progressive: true, chromaSubsampling: '4:4:4', quality: 60 })
        .toBuffer(),
  ],
  ['PNG', () => photograph(3, SIDE, SIDE, 500).png({ compressionLevel: 6 }).toBuffer()],
  ['PNG, transparent', () => photograph(4, SIDE, SIDE, 250).png({ compressionLevel: 6 }).toBuffer()],
  [
    'PNG, transparent, 16 bits, interlaced',
    () =>
      photograph(4, SIDE, SIDE, 1250)
        .toColourspace('rgb16')
        .png({ progressive: true, compressionLevel: 6 })
        .toBuffer(),
  ],
  [
    'PNG, turned by EXIF',
    () =>
      photograph(3, SIDE, SIDE, 500).withMetadata({ orientation: 6 }).png({ compressionLevel: 6 }).toBuffer(),
  ],
  ['WebP', () => photograph(3).webp({ quality: 80, effort: 0 }).toBuffer()],
  ['WebP, transparent', () => photograph(4).webp({ quality: 60, effort: 0 }).toBuffer()],
  [
    'WebP, lossless, transparent',
    () => photograph(4, SIDE, SIDE, 500).webp({ lossless: true, effort: 0 }).toBuffer(),
  ],
  ['WebP, lossless', () => photograph(3, SIDE, SIDE, 500).webp({ lossless: true, effort: 0 }).toBuffer()],
];

/**
 * Transparent pictures whose decoders (libwebp; libspng where they are interlaced) hold all their pixels, of 8 bytes or more
 * each, beside what they give.
 */
const HELD_WHOLE = /WebP.*transparent|interlaced/;
const HELD_WHOLE_BYTES = 14;

/** The largest pictures that are taken, of every kind. */
export const HONEST: readonly HostileRequest[] = honest.map(([what, make]) => ({
  name: `25 megapixels: ${what}`,
  // They take long to make, and are measured twice.
  make: lazily(async () => ({ body: await make() })),
  pixels: MOST_PIXELS,
  isTransparent: what.includes('transparent'),
  bytesPerPixel: HELD_WHOLE.test(what) ? HELD_WHOLE_BYTES : 4,
}));

const packed = () => deflateSync(Buffer.alloc(255e6));
const withChunk = (name: string, head: string) =>
  pngOf(
    pngHeader(32, 40),
    chunk(name, Buffer.concat([Buffer.from(head, 'latin1'), packed()])),
    blackPixels(32, 40),
  );
const onePixelWide = () => pngOf(pngHeader(1, MOST_PIXELS), blackPixels(1, MOST_PIXELS));
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4070a0' } });
const picture = (name: string, make: () => Promise<Buffer> | Buffer, pixels = OWN): HostileRequest => ({
  name,
  make: async () => ({ body: await make() }),
  pixels,
});

export const PICTURES: readonly HostileRequest[] = [
  ...[0x01, 0xd0, 0xd7, 0x00].map((marker) =>
    picture(
      `JPEG, frame of 20,000 × 20,000 behind FF${marker.toString(16).padStart(2, '0').toUpperCase()}`,
      () => hiddenFrame(20_000, 20_000, marker),
    ),
  ),
  picture('JPEG, frame of 5,000 × 5,000 behind FF01', () => hiddenFrame(SIDE, SIDE), MOST_PIXELS),
  picture('JPEG, 5,000 scans of 25 megapixels', () => manyScans(SIDE - 10, SIDE - 10, 5000)),
  picture('JPEG, 20 scans of 25 megapixels', () => manyScans(SIDE - 10, SIDE - 10, 20), MOST_PIXELS),
  picture('JPEG, 100 scans of 5 megapixels', () => manyScans(2236, 2236, 100), 2236 ** 2),
  picture('JPEG, 10 MiB of fill bytes', () =>
    Buffer.concat([
      Buffer.from([0xff, 0xd8]),
      Buffer.alloc(10 * 2 ** 20 - 4, 0xff),
      Buffer.from([0xff, 0xd9]),
    ]),
  ),
  picture('JPEG, 10 MiB without a marker', () =>
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]), Buffer.alloc(10 * 2 ** 20 - 8)]),
  ),
  picture('PNG, IDAT of 255 MB for 32 × 40 pixels', () => pngOf(pngHeader(32, 40), chunk('IDAT', packed()))),
  picture('PNG, iCCP of 255 MB', () => withChunk('iCCP', 'p\0\0')),
  picture('PNG, zTXt of 255 MB', () => withChunk('zTXt', 'a\0\0')),
  picture('PNG, iTXt of 255 MB', () => withChunk('iTXt', 'a\0\x01\0\0\0')),
  picture('PNG, IDAT of 255 MB for 33 × 40 pixels', () => pngOf(pngHeader(33, 40), chunk('IDAT', packed()))),
  picture('PNG, 1 × 25,000,000', onePixelWide),
  picture('PNG, 1,525 × 16,384', () => photograph(3, 1525, 16_384, 300).png().toBuffer(), 1525 * 16_384),
  { name: '64 PNGs of 1 × 25,000,000', make: () => formOf(Array(64).fill(onePixelWide())), pixels: OWN },
  {
    name: '64 JPEGs of 25 megapixels',
    make: async () => formOf(Array(64).fill(await flat(SIDE, SIDE).jpeg({ quality: 30 }).toBuffer())),
    pixels: 64 * MOST_PIXELS,
    largest: MOST_PIXELS,
  },
  {
    name: '16 progressive JPEGs of 25 megapixels',
    make: async () =>
      formOf(Array(16).fill(await flat(SIDE, SIDE).jpeg({ quality: 30, progressive: true }).toBuffer())),
    pixels: 16 * MOST_PIXELS,
    largest: MOST_PIXELS,
  },
  ...HONEST,
];
