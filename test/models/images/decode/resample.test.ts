import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, decodeRenderings } from '../../../../models/images/decode/decode';
import { resampled } from '../../../../models/images/decode/resample';
import { describeWithCases, ofCase } from '../../../shared-cases';

/**
 * Pictures, and what Pillow 10 (`resize((32, 32), Image.LANCZOS)`, transparent ones laid on white by `alpha_composite`) and TensorFlow 2.15
 * (`tf.image.resize(…, 'lanczos3', antialias=True)`) make of them: `24x24.jpg` is to be `24x24-jpg.pillow.png`.
 */
const folder = fileURLToPath(new URL('../../../fixtures/images/resampled', import.meta.url));
const shape = { height: 32, width: 32, channels: 3 };
const expectedOf = async (name: string) => new Uint8Array(await sharp(join(folder, name)).raw().toBuffer());

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe('pictures of any size are resampled as Pillow and TensorFlow do', () => {
  const sources = readdirSync(folder).filter((name) => !/\.(pillow|tensorflow)\.png$/.test(name));

  it.each(sources)('%s', async (name) => {
    const pixels = await decodeImage(readFileSync(join(folder, name)), shape);
    for (const by of readdirSync(folder).filter((each) => each.startsWith(`${name.replace('.', '-')}.`)))
      expect(meanDifference(pixels, await expectedOf(by)), by).toBeLessThan(1);
  });

  it('in grey, and in each rendering of a transparent picture', async () => {
    const transparent = readFileSync(join(folder, '24x24-a.png'));
    const opaque = readFileSync(join(folder, '24x24-a.png'));
    const renderings = await decodeRenderings(transparent, shape);
    expect(renderings.map(({ rendering }) => rendering)).toEqual(['alpha-dropped', 'on-white', 'on-black']);
    const raw = await sharp(opaque).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const dropped = resampled({ data: raw.data, width: 24, height: 24, channels: 3 }, shape);
    expect(meanDifference(renderings[0]!.pixels, dropped.data)).toBeLessThan(0.1);
    const grey = await decodeImage(readFileSync(join(folder, '16x16.png')), { ...shape, channels: 1 });
    const expected = await expectedOf('16x16-png.pillow.png');
    const luma = grey.map(
      (_, i) => 0.299 * expected[3 * i]! + 0.587 * expected[3 * i + 1]! + 0.114 * expected[3 * i + 2]!,
    );
    expect(meanDifference(grey, luma)).toBeLessThan(1);
  });

  it('a picture turned by its orientation is resampled as it is seen', async () => {
    const source = sharp(join(folder, '20x60.png'));
    const turned = await source.clone().rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await source.png().toBuffer();
    const difference = meanDifference(await decodeImage(turned, shape), await decodeImage(upright, shape));
    expect(difference).toBeLessThan(0.1);
  });

  it('a ramp stays where it is: nothing is shifted', () => {
    for (const [from, to] of [
      [15, 32],
      [24, 32],
      [31, 32],
      [40, 32],
      [100, 32],
    ] as const) {
      const data = Uint8Array.from({ length: from }, (_, x) => 20 + (200 * (x + 0.5)) / from);
      const made = resampled({ data, width: from, height: 1, channels: 1 }, { width: to, height: 1 }).data;
      for (let x = 4; x < to - 4; x++)
        expect(Math.abs(made[x]! - (20 + (200 * (x + 0.5)) / to)), `${from} ${x}`).toBeLessThan(1.5);
    }
  });

  it('gives the picture itself where it has its size', () => {
    const raw = { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 };
    expect(resampled(raw, { width: 2, height: 2 })).toBe(raw);
  });
});

describeWithCases('upscale-half-pixel', () => {
  it.each(['n016.png', 'n024.png'])('%s', async (name) => {
    const pixels = await decodeImage(readFileSync(ofCase('upscale-half-pixel', name)), shape);
    const expected = await expectedOf(`${name.replace('.', '-')}.pillow.png`);
    expect(meanDifference(pixels, expected)).toBeLessThan(0.5);
  });
});
