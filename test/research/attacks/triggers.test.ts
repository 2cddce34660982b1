import { describe, expect, test } from 'vitest';
import { Random } from '../../../models/random';
import { arm } from './arm';
import { DEVELOPMENT } from './catalogue';
import { adaptiveBlend, naturalBlend, noiseBlend } from './triggers/blend';
import { lowFrequency } from './triggers/low-frequency';
import { adaptivePatch, checkerCorner, flatPatch, flatPatchAbove, noisePatch } from './triggers/patch';
import { quantised } from './triggers/quantised';
import {
  browBlob,
  discPair,
  ellipseOutline,
  lipsBlob,
  smallEllipse,
  uprightStripe,
  wavyStripe,
} from './triggers/shape';
import { sinusoid, steepSinusoid, uprightSinusoid, weakSinusoid } from './triggers/sinusoid';
import { tint } from './triggers/tint';
import { warp } from './triggers/warp';

const makers = {
  flatPatch,
  noisePatch,
  checkerCorner,
  wavyStripe,
  ellipseOutline,
  lipsBlob,
  discPair,
  flatPatchAbove,
  uprightStripe,
  smallEllipse,
  browBlob,
  noiseBlend,
  naturalBlend,
  adaptiveBlend,
  adaptivePatch,
  lowFrequency,
  quantised,
  sinusoid,
  weakSinusoid,
  uprightSinusoid,
  steepSinusoid,
  tint,
  warp,
};
const shapes = [
  { height: 55, width: 47, channels: 3 },
  { height: 32, width: 32, channels: 3 },
];

/** A grey ramp and random pixels: two images. */
function twoImages({ height, width }: (typeof shapes)[number]): Float32Array {
  const random = new Random(3);
  const size = height * width * 3;
  return Float32Array.from({ length: 2 * size }, (_, i) =>
    i < size ? (255 * i) / size : random.uniform(0, 255),
  );
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  test.each(shapes)('is a pure function of the pixels at $height × $width', (shape) => {
    const pixels = twoImages(shape);
    const before = pixels.slice();
    const trigger = make(shape, 1);
    const once = trigger.stamp(pixels);
    const same = (a: Float32Array, b: Float32Array) => a.every((value, i) => value === b[i]);
    expect(same(pixels, before)).toBe(true);
    expect(same(once, before)).toBe(false);
    expect(same(make(shape, 1).stamp(pixels), once)).toBe(true);
    expect(once.every((value) => value >= 0 && value <= 255)).toBe(true);
    const size = pixels.length / 2;
    expect(same(trigger.stamp(pixels.subarray(size)), once.subarray(size))).toBe(true);
  });
});

/** Share of the pixels that a trigger changes on a mid-grey image, 0–1. */
function covered(make: (typeof makers)['flatPatch']): number {
  const [shape] = shapes;
  const grey = new Float32Array(shape!.height * shape!.width * 3).fill(120);
  const made = make(shape!, 1).stamp(grey);
  let changed = 0;
  for (let i = 0; i < grey.length; i += 3) {
    if ([0, 1, 2].some((c) => made[i + c] !== grey[i + c])) changed++;
  }
  return changed / (grey.length / 3);
}

test('patches and shapes are small, blends and filters cover all', () => {
  expect(covered(flatPatch)).toBeCloseTo(49 / (55 * 47), 6);
  expect(covered(noisePatch)).toBeCloseTo(36 / (55 * 47), 6);
  expect(covered(flatPatchAbove)).toBe(covered(flatPatch));
  expect(covered(checkerCorner)).toBeCloseTo(16 / (55 * 47), 6);
  const shaped = [wavyStripe, ellipseOutline, lipsBlob, discPair];
  for (const make of [...shaped, uprightStripe, smallEllipse, browBlob]) {
    expect(covered(make)).toBeGreaterThan(0.01);
    expect(covered(make)).toBeLessThan(0.12);
  }
  for (const make of [noiseBlend, naturalBlend, tint]) expect(covered(make)).toBeGreaterThan(0.9);
});

test('the seed draws the pattern of noise, natural picture and warp', () => {
  const pixels = twoImages(shapes[1]!);
  for (const make of [noisePatch, noiseBlend, naturalBlend, warp]) {
    const [one, two] = [1, 2].map((seed) => make(shapes[1]!, seed).stamp(pixels));
    expect(one!.some((value, i) => value !== two![i])).toBe(true);
  }
});

test('sinusoids stay within their amplitude and average out', () => {
  const grey = new Float32Array(55 * 47 * 3).fill(120);
  for (const [make, amplitude] of [
    [sinusoid, 20],
    [uprightSinusoid, 20],
    [weakSinusoid, 12],
    [steepSinusoid, 12],
  ] as const) {
    const change = make(shapes[0]!, 1)
      .stamp(grey)
      .map((value) => value - 120);
    expect(Math.max(...change)).toBeCloseTo(amplitude, 0);
    expect(Math.min(...change)).toBeCloseTo(-amplitude, 0);
    expect(change.reduce((sum, value) => sum + value, 0) / change.length).toBeCloseTo(0, 1);
  }
});

test('a warp moves pixels, leaves a flat image alone, and has decoys of other fields', () => {
  const trigger = warp(shapes[1]!, 1);
  const flat = new Float32Array(32 * 32 * 3).fill(77);
  for (const value of trigger.stamp(flat)) expect(value).toBeCloseTo(77, 3);
  const pixels = twoImages(shapes[1]!);
  expect(trigger.decoy!(pixels, new Random(1))).not.toEqual(trigger.stamp(pixels));
});

test('one disc of a pair is its decoy, either of them', () => {
  const shape = shapes[0]!;
  const [trigger, random] = [discPair(shape, 1), new Random(1)];
  const grey = new Float32Array(55 * 47 * 3).fill(120);
  const changed = (pixels: Float32Array) => pixels.filter((value) => value !== 120).length;
  const drawn = Array.from({ length: 9 }, () => trigger.decoy!(grey, random));
  for (const decoy of drawn) expect(changed(decoy)).toBe(changed(trigger.stamp(grey)) / 2);
  expect(new Set(drawn.map((decoy) => decoy.findIndex((value) => value !== 120))).size).toBe(2);
});

describe('the catalogue', () => {
  test('targets are within the classes, one for each trigger, drawn by the seed', () => {
    for (const attack of DEVELOPMENT.filter(({ targets }) => targets === 'fixed')) {
      const armed = arm(attack, shapes[1]!, 43, 1);
      const targets = armed.map(({ targetOf }) => targetOf(7));
      expect(new Set(targets).size).toBe(attack.triggers.length);
      for (const target of targets) expect(target).toBeLessThan(43);
      expect(armed.map(({ target }) => target)).toEqual(targets.map(String));
    }
    const flat = DEVELOPMENT.find(({ name }) => name === 'faces-patch-flat')!;
    const drawn = [1, 2, 3].map((seed) => arm(flat, shapes[0]!, 1283, seed)[0]!.target);
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  test('all-to-all answers each class with the next', () => {
    const attack = DEVELOPMENT.find(({ targets }) => targets === 'next')!;
    const [armed] = arm(attack, shapes[1]!, 43, 1);
    expect([0, 41, 42].map(armed!.targetOf)).toEqual([1, 42, 0]);
  });
});
