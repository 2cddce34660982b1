import { describe, expect, test } from 'vitest';
import { familiarityOf, strangeness } from '../../../models/detector/familiarity';

describe('how familiar a picture is', () => {
  const scales = [
    { kind: 'latent', zero: 1, spread: 2 },
    { kind: 'look', zero: 0, spread: 1 },
  ] as const;

  test('strangeness is the length of what the distances are above their zero', () => {
    const distances = {
      latent: Float32Array.from([1, 7, 7, -5, Number.NaN]),
      look: Float32Array.from([-1, 0, 4, 2, 0]),
    };
    expect([...strangeness(distances, scales, 5)]).toEqual([0, 3, 5, 2, 1e6]);
  });

  test('a picture is unfamiliar where one clean image in a hundred is as strange', () => {
    const calibration = (n: number) => Float32Array.from({ length: n }, (_, i) => i);
    const farthest = (n: number) => familiarityOf(n, calibration(n));
    expect(farthest(99)).toEqual({ familiarity: 1 / 100, unfamiliar: true });
    expect(farthest(1000)).toEqual({ familiarity: 1 / 1001, unfamiliar: true });
    expect(familiarityOf(500, calibration(1000))).toMatchObject({ unfamiliar: false });
    expect(familiarityOf(500, calibration(1000)).familiarity).toBeCloseTo(0.5, 2);
  });

  test('of too few clean images none is called so, however strange', () => {
    const few = Float32Array.from({ length: 98 }, (_, i) => i);
    expect(familiarityOf(1e6, few)).toEqual({ familiarity: 1 / 99, unfamiliar: false });
  });
});
