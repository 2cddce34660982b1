import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillBox } from '../../../models/detector/locate/fill';
import { locate } from '../../../models/detector/locate/locate';
import { areApart, moved, movesOf, windowLevels } from '../../../models/detector/locate/windows';
import { viewer } from '../../../models/detector/test-time-views';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import type { Box } from '../../../models/verdict';
import { writeSmallBundle } from '../../functions/small-bundle';

const shape = { height: 24, width: 20, channels: 3 };
const size = 24 * 20 * 3;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

/** A net of two classes that names class 1 where the pixels, each by its weight, come to more than a limit. */
function netOf(weightAt: (x: number, y: number) => number, limit: number) {
  const bad = tfl.sequential({
    layers: [tfl.layers.flatten({ inputShape: [24, 20, 3] }), tfl.layers.dense({ units: 2 })],
  });
  const weights = Array.from({ length: size * 2 }, (_, i) => {
    const pixel = Math.floor(i / 6);
    return i % 2 === 1 ? weightAt(pixel % 20, Math.floor(pixel / 20)) : 0;
  });
  bad.setWeights([tf.tensor2d(weights, [size, 2]), tf.tensor1d([0, -limit])]);
  return { shape, classes: 2, pixels: { kind: '0-1' as const }, bad };
}

function imageOf(valueAt: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => valueAt(Math.floor(i / 3) % 20, Math.floor(i / 60)));
}

const isIn = (x: number, y: number, box: Box) =>
  x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;

describe('the place of a trigger', () => {
  const trigger: Box = { x: 11, y: 4, width: 4, height: 3 };

  test('is a box around a patch that the class hangs on, with the heat there', async () => {
    const net = netOf((x, y) => (isIn(x, y, trigger) ? 1 : 0), 18);
    const image = imageOf((x, y) => (isIn(x, y, trigger) ? 255 : 30));
    const { place, heat } = await locate(viewer(net), image);
    expect(place!.sureness).toBeGreaterThan(0.9);
    // Every second pixel of it is enough to have B name its class or not: no edge is told to the pixel.
    for (const side of ['x', 'y', 'width', 'height'] as const) {
      expect(Math.abs(place![side] - trigger[side])).toBeLessThanOrEqual(2);
    }
    // By its first pixel: the windows that hold the whole trigger are a few pixels to each side of it.
    const hottest = heat.indexOf(Math.max(...heat));
    expect(Math.abs((hottest % 20) - trigger.x)).toBeLessThanOrEqual(3);
    expect(Math.abs(Math.floor(hottest / 20) - trigger.y)).toBeLessThanOrEqual(3);
    expect(heat[20 * 20 + 2]).toBe(0);
    expect(Math.max(...heat)).toBe(1);
    expect(Math.min(...heat)).toBeGreaterThanOrEqual(0);
  });

  test('is a band where the trigger reaches across, a half of which is enough', async () => {
    const isBand = (y: number) => y >= 10 && y < 13;
    const net = netOf((_, y) => (isBand(y) ? 1 : 0), 0.4 * 3 * 60);
    const { place } = await locate(
      viewer(net),
      imageOf((_, y) => (isBand(y) ? 255 : 30)),
    );
    expect(place).toMatchObject({ x: 0, width: 20 });
    expect(place!.y).toBeLessThanOrEqual(11);
    expect(place!.y + place!.height).toBeGreaterThanOrEqual(12);
  });

  test('is not told of one that is everywhere', async () => {
    const sign = (x: number, y: number) => ((x + y) % 2 === 0 ? 1 : -1);
    const net = netOf(sign, size * 0.1);
    const image = imageOf((x, y) => 128 + 60 * sign(x, y));
    const { place, heat } = await locate(viewer(net), image);
    expect(place).toBeUndefined();
    expect(Math.min(...heat)).toBeGreaterThan(0.5);
  });

  test('is not told where nothing turns the net', async () => {
    const { place, heat } = await locate(
      viewer(netOf(() => 0, -1)),
      imageOf(() => 100),
    );
    expect(place).toBeUndefined();
    expect(Math.max(...heat)).toBe(0);
  });

  test('takes the net no more than 171 passes, and a part of these where it is small', async () => {
    const small = netOf((x, y) => (isIn(x, y, trigger) ? 1 : 0), 18);
    const nowhere = netOf(() => 0, -1);
    const passes: number[] = [];
    for (const net of [small, nowhere]) {
      const apply = net.bad.apply.bind(net.bad);
      let count = 0;
      net.bad.apply = (inputs, ...rest) => {
        count += (inputs as tf.Tensor).shape[0]!;
        return apply(inputs, ...rest);
      };
      await locate(
        viewer(net),
        imageOf((x, y) => (isIn(x, y, trigger) ? 255 : 30)),
      );
      passes.push(count);
    }
    expect(passes[0]).toBeLessThanOrEqual(107);
    expect(passes[1]).toBe(1 + 49 + 25 + 9 + 14 + 10 + 6);
  });

  test('leaves no tensor, and the image as it was', async () => {
    const net = netOf((x, y) => (isIn(x, y, trigger) ? 1 : 0), 18);
    const image = imageOf((x, y) => (isIn(x, y, trigger) ? 255 : 30));
    const before = [tf.memory().numTensors, image.slice()] as const;
    await locate(viewer(net), image);
    expect([tf.memory().numTensors, image]).toEqual(before);
  });
});

describe('of a bundle', () => {
  test('is asked of one image, and leaves no tensor', async () => {
    const store = mkdtempSync(join(tmpdir(), 'goodnet-place-'));
    await writeSmallBundle(store);
    const goodnet = await GoodNet.load(store);
    const image = new Uint8Array(12 * 10 * 3).map((_, i) => (i * 37) % 256);
    const { heat } = await goodnet.locate(image);
    expect(heat).toHaveLength(12 * 10);
    const before = tf.memory().numTensors;
    await goodnet.locate(image);
    expect(tf.memory().numTensors).toBe(before);
    await expect(goodnet.locate(new Uint8Array(7))).rejects.toThrow(/One image of 360 values expected, 7/);
    goodnet.dispose();
    rmSync(store, { recursive: true });
  });
});

describe('windows', () => {
  test.each([
    [{ width: 32, height: 32 }],
    [{ width: 47, height: 55 }],
    [{ width: 3, height: 200 }],
    [{ width: 1, height: 1 }],
  ])('are as many for any picture, and within it: %o', (picture) => {
    const levels = windowLevels(picture);
    expect(levels.map(({ boxes }) => boxes.length)).toEqual([49, 25, 9, 14, 10, 6]);
    const covered = new Set<number>();
    for (const { x, y, width, height } of levels.flatMap(({ boxes }) => boxes)) {
      expect([width, height].every((side) => side >= 1)).toBe(true);
      expect(x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height).toBe(true);
    }
    for (const { x, y, width, height } of levels[0]!.boxes) {
      for (let at = 0; at < width * height; at++)
        covered.add((y + Math.floor(at / width)) * picture.width + x + (at % width));
    }
    expect(covered.size).toBe(picture.width * picture.height);
  });

  test('have edges that move within the picture, and strips that make up the difference', () => {
    const picture = { width: 20, height: 24 };
    const box = { x: 1, y: 8, width: 8, height: 6 };
    const moves = (['left', 'right', 'top', 'bottom'] as const).flatMap((edge) =>
      movesOf(box, edge, picture),
    );
    expect(moves.filter(({ edge, by }) => edge === 'left' && by < 0).map(({ by }) => by)).toEqual([-1]);
    for (const { by, box: other, strip } of moves) {
      const difference = other.width * other.height - box.width * box.height;
      expect(strip.width * strip.height).toBe(Math.abs(difference));
      expect(Math.sign(difference)).toBe(-Math.sign(by));
      const [small, large] = by > 0 ? [other, box] : [box, other];
      expect(areApart(small, strip)).toBe(true);
      expect(isIn(strip.x, strip.y, large)).toBe(true);
      expect(isIn(strip.x + strip.width - 1, strip.y + strip.height - 1, large)).toBe(true);
    }
    expect(moved(box, { left: 6, right: 6 })).toMatchObject({ x: 7, width: 1 });
  });
});

describe('filling', () => {
  const fill = (image: Float32Array, box: Box) => {
    const out = new Float32Array(image.length);
    fillBox(image, shape, box, out);
    return out;
  };
  test('takes what is around, and leaves all else', () => {
    const box = { x: 5, y: 6, width: 4, height: 5 };
    const image = imageOf((x, y) => (isIn(x, y, box) ? 255 : 4 * x));
    const out = fill(image, box);
    const at = (x: number, y: number) => out[(y * 20 + x) * 3]!;
    expect([at(4, 6), at(9, 7), at(0, 0)]).toEqual([16, 36, 0]);
    // One to the left (16), four to the right (36), one above and five below (20).
    expect(at(5, 6)).toBeCloseTo((16 + 36 / 4 + 20 + 20 / 5) / (1 + 1 / 4 + 1 + 1 / 5), 4);
  });
  test('of a corner takes the sides that there are, of the whole picture its mean', () => {
    const image = imageOf((_, y) => (y < 12 ? 10 : 30));
    expect(fill(image, { x: 0, y: 0, width: 20, height: 6 })[0]).toBeCloseTo(10, 4);
    expect(fill(image, { x: 0, y: 0, width: 20, height: 24 })[0]).toBeCloseTo(20, 4);
  });
});
