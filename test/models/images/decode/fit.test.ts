import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, decodeRenderings } from '../../../../models/images/decode/decode';
import type { Fit } from '../../../../models/images/fit';

/**
 * What Pillow 13 makes of pictures in `resampled/`: `crop-256-224` and `crop` by torchvision's sizes (the shorter side to 36 of 32, the longer
 * to `int(36 * long / short)`; the middle from `int(round((side - 32) / 2))`), `pad` by those of TensorFlow's `resize_with_pad`, on black;
 * LANCZOS each.
 */
const fitted = fileURLToPath(new URL('../../../fixtures/images/fitted', import.meta.url));
const pictures = fileURLToPath(new URL('../../../fixtures/images/resampled', import.meta.url));
const shape = { height: 32, width: 32, channels: 3 };
const fitOf = (name: string) => name.split('.')[1]!.replace('-', ':').replace('-', '/') as Fit;

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe('pictures are cropped and padded as with Pillow', () => {
  it.each(readdirSync(fitted))('%s', async (name) => {
    const source = readFileSync(join(pictures, name.split('.')[0]!.replace('-', '.')));
    const expected = new Uint8Array(await sharp(join(fitted, name)).raw().toBuffer());
    const fit = fitOf(name);
    expect(meanDifference(await decodeImage(source, { ...shape, fit }), expected)).toBeLessThan(1);
    // It is the fit that tells: stretched they are far off.
    expect(meanDifference(await decodeImage(source, shape), expected)).toBeGreaterThan(3);
  });

  it('of a large photograph, which its decoder makes smaller first', async () => {
    const large = await sharp(join(pictures, '100x75.jpg')).resize(2000, 1500).jpeg().toBuffer();
    for (const fit of ['crop', 'crop:256/224', 'pad'] as const) {
      const small = await decodeImage(readFileSync(join(pictures, '100x75.jpg')), { ...shape, fit });
      expect(meanDifference(await decodeImage(large, { ...shape, fit }), small), fit).toBeLessThan(2);
    }
  });

  it('of a picture turned by its orientation, as it is seen', async () => {
    const source = sharp(join(pictures, '20x60.png'));
    const turned = await source.clone().rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await source.png().toBuffer();
    for (const fit of ['crop', 'pad'] as const) {
      const input = { height: 24, width: 32, channels: 3, fit };
      const difference = meanDifference(await decodeImage(turned, input), await decodeImage(upright, input));
      expect(difference).toBeLessThan(0.1);
    }
  });

  it('in each rendering of a transparent picture; beside it is black', async () => {
    const clear = { r: 200, g: 100, b: 50, alpha: 0 };
    const made = sharp({ create: { width: 40, height: 20, channels: 4, background: clear } });
    const renderings = await decodeRenderings(await made.png().toBuffer(), { ...shape, fit: 'pad' });
    const middle = (16 * 32 + 16) * 3;
    expect(renderings.map(({ rendering, pixels }) => [rendering, pixels[0], pixels[middle]])).toEqual([
      ['alpha-dropped', 0, 200],
      ['on-white', 0, 255],
      ['on-black', 0, 0],
    ]);
  });

  it('of what has the size of the net already, nothing is cut off', async () => {
    const own = await sharp(join(pictures, '100x75.jpg')).resize(32, 32).png().toBuffer();
    const plain = await decodeImage(own, shape);
    for (const fit of ['crop', 'crop:256/224', 'pad'] as const)
      expect(await decodeImage(own, { ...shape, fit }), fit).toEqual(plain);
  });

  it('a line of pixels, however long', async () => {
    for (const [width, height] of [
      [4000, 1],
      [1, 4000],
    ] as const) {
      const line = await sharp({ create: { width, height, channels: 3, background: '#40a0ff' } })
        .png()
        .toBuffer();
      const cropped = await decodeImage(line, { ...shape, fit: 'crop:256/224' });
      expect([...cropped.subarray(0, 3)]).toEqual([0x40, 0xa0, 0xff]);
      const padded = await decodeImage(line, { ...shape, fit: 'pad' });
      expect(padded.filter((value) => value === 0xff).length).toBe(32);
    }
  });
});
