import { expect, test } from 'vitest';
import { WarpTrigger } from '../../../../build-repair/repair/unlearn/warp-trigger';
import { imageSize } from '../../../../models/images/set';
import { Random } from '../../../../models/random';

const shape = { height: 14, width: 11, channels: 3 };
const random = new Random(1, 'pictures');
const picture = (): Float32Array =>
  Float32Array.from({ length: imageSize(shape) }, () => random.uniform(0, 255));
/** Smooth, so that small moves change it little by little. */
const hill = Float32Array.from({ length: imageSize(shape) }, (_, i) => {
  const [y, x] = [Math.floor(i / 33), Math.floor(i / 3) % 11];
  return 128 + 60 * Math.sin(y / 3) + 60 * Math.cos(x / 3 + (i % 3));
});

test('a warp moves what is in a picture: plain ones stay as they are, and no value is new', () => {
  const warp = new WarpTrigger(shape, new Random(2));
  const plain = new Float32Array(imageSize(shape)).fill(77);
  warp.stamp(plain);
  for (const value of plain) expect(value).toBeCloseTo(77, 3);
  const before = picture();
  const after = before.slice();
  warp.stamp(after);
  expect(after).not.toEqual(before);
  expect(Math.max(...after)).toBeLessThanOrEqual(Math.max(...before));
  expect(Math.min(...after)).toBeGreaterThanOrEqual(Math.min(...before));
});

test('it is the same on every picture, and learns what makes a loss climb', () => {
  const slopes = picture().map((value) => value / 255 - 0.5);
  const lossOf = (warp: WarpTrigger) => {
    const image = hill.slice();
    warp.stamp(image);
    return image.reduce((sum, value, i) => sum + value * slopes[i]!, 0);
  };
  for (let seed = 0; seed < 5; seed++) {
    const warp = new WarpTrigger(shape, new Random(seed));
    const before = lossOf(warp);
    expect(lossOf(warp)).toBe(before);
    for (let step = 0; step < 8; step++) {
      warp.note(hill, slopes);
      warp.learn();
    }
    expect(lossOf(warp)).toBeGreaterThan(before);
  }
});
