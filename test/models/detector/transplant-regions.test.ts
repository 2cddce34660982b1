import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTransplant, transplantMargins } from '../../../models/detector/evidence/transplant';
import {
  fitRegions,
  namedByHalves,
  REGIONS,
  regionEvidence,
  regionsOf,
  tellTriggers,
} from '../../../models/detector/transplant-regions';
import { startEngine } from '../../../models/engine';
import { Random } from '../../../models/random';

/** Margins of n clean images: each piece's about −10, the middle parts' about what is given. */
function cleanMargins(n: number, middle = -10): Float32Array {
  const random = new Random(4);
  return Float32Array.from(
    { length: n * REGIONS.length },
    (_, i) => (i % REGIONS.length < 4 ? -10 : middle) + 2 * random.normal(),
  );
}

describe('pieces', () => {
  it('asks a middle part where it rarely names clean images’ class, and the halves always', () => {
    const asked = (middle: number) => fitRegions(cleanMargins(500, middle)).scales.map(({ piece }) => piece);
    expect(asked(-10)).toEqual(REGIONS);
    expect(asked(1)).toEqual(['top', 'bottom', 'left', 'right']);
  });

  it('tell nothing of triggers where halves of many clean images have B name their class', () => {
    const named = Float32Array.from({ length: 10 * REGIONS.length }, (_, i) => (i === 3 || i >= 54 ? 1 : -1));
    expect(namedByHalves(named)).toBe(0.2);
    expect(tellTriggers(0.2)).toBe(false);
    expect(tellTriggers(namedByHalves(cleanMargins(500, 1)))).toBe(true);
  });

  const standard = fitRegions(cleanMargins(500));
  const evidence = (margins: readonly number[]) => regionEvidence(Float32Array.from(margins), standard)[0]!;
  const highest = Math.max(...regionEvidence(cleanMargins(500), standard));

  it.each([
    ['in a corner', [-10, 5, -10, 5, -10, -10]],
    ['across the middle', [5, -10, -10, -10, 5, -10]],
    ['down the middle', [-10, -10, 5, -10, -10, 5]],
    ['all over, faintly', [-5, -5, -5, -5, -5, -5]],
  ])('tell a trigger %s from all clean images', (_, margins) => {
    expect(evidence(margins)).toBeGreaterThan(highest);
  });

  it('that are no surer than those of clean images say nothing', () => {
    expect(evidence([-10, -9, -11, -10, -9, -10])).toBeLessThan(1);
  });

  it('are picked from all margins in the order of the scales', () => {
    const [, bottom, , , , columns] = standard.scales;
    const margins = Float32Array.from({ length: 12 }, (_, i) => i);
    expect(Array.from(regionsOf(margins, [columns!, bottom!]))).toEqual([5, 1, 11, 7]);
  });
});

describe('transplanting', () => {
  beforeAll(() => startEngine());

  it('puts each piece on every host at its place, and asks for the class named', async () => {
    // The "net" answers class 1 by a weighted sum of the picture, which tells what a piece covers.
    const input = tfl.input({ shape: [8, 4, 1] });
    const flat = tfl.layers.flatten().apply(input);
    const dense = tfl.layers.dense({ units: 2, useBias: false });
    const bad = tfl.model({ inputs: input, outputs: dense.apply(flat) as tfl.SymbolicTensor });
    const weight = Float32Array.from({ length: 32 }, (_, i) => 1 + i);
    dense.setWeights([
      tf.tensor2d(
        Array.from(weight).flatMap((w) => [0, w]),
        [32, 2],
      ),
    ]);
    const nets = {
      shape: { height: 8, width: 4, channels: 1 },
      pixels: { kind: '0-255' as const },
      classes: 2,
      bad,
    };
    const before = tf.memory().numTensors;
    const loaded = loadTransplant(nets, { from: 'image', hosts: new Uint8Array(64), count: 2 });
    const image = new Float32Array(32).fill(1);
    const found = await transplantMargins(loaded, image, Int32Array.of(1), REGIONS);
    expect(tf.memory().numTensors).toBe(before);
    const sumOf = (isIn: (y: number, x: number) => boolean) =>
      weight.reduce((sum, w, i) => sum + (isIn(Math.floor(i / 4), i % 4) ? w : 0), 0);
    expect(Array.from(found)).toEqual([
      sumOf((y) => y < 4),
      sumOf((y) => y >= 4),
      sumOf((_, x) => x < 2),
      sumOf((_, x) => x >= 2),
      sumOf((y) => y >= 2 && y < 6),
      sumOf((_, x) => x >= 1 && x < 3),
    ]);
    bad.dispose();
  });
});
