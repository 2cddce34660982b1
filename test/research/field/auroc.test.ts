import { describe, expect, it } from 'vitest';
import { Random } from '../../../models/random';
import { aurocOf } from './auroc';

describe('the area under the ROC curve', () => {
  it('counts pairs, those that tie half', () => {
    expect(aurocOf({ clean: [1, 2, 3], poisoned: [2, 4] }).area).toBeCloseTo((1.5 + 3) / 6, 12);
    expect(aurocOf({ clean: [1, 2], poisoned: [3, 4] }).area).toBe(1);
    expect(aurocOf({ clean: [3, 4], poisoned: [1, 2] }).area).toBe(0);
  });

  it('is one half where a score is the same for all: saturation makes up nothing', () => {
    expect(aurocOf({ clean: [7, 7, 7], poisoned: [7, 7] }).area).toBe(0.5);
    expect(aurocOf({ clean: [0, 1, 1, 1], poisoned: [1, 1] }).area).toBe(0.625);
  });

  it('has an interval that is open to one side at 1, and of groups where these are fewer', () => {
    const clean = Array.from({ length: 400 }, (_, i) => i);
    const poisoned = Array.from({ length: 200 }, (_, i) => 1000 + i);
    const { area, low, high } = aurocOf({ clean, poisoned });
    expect([area, high]).toEqual([1, 1]);
    expect(low).toBeGreaterThan(0.99);
    expect(low).toBeLessThan(0.995);
    expect(aurocOf({ clean, poisoned }, 20).low).toBeLessThan(0.93);
  });

  it('is told by none of no images', () => {
    expect(aurocOf({ clean: [1], poisoned: [] })).toEqual({ area: Number.NaN, low: 0, high: 1 });
  });

  it('holds the true area in about 95 of 100 draws', () => {
    const random = new Random(3);
    const draw = (n: number, shift: number) => Array.from({ length: n }, () => random.normal() + shift);
    // Two normals 2 apart: Φ(2 / √2).
    const truth = 0.9213503964748575;
    let held = 0;
    for (let i = 0; i < 500; i++) {
      const { low, high } = aurocOf({ clean: draw(80, 0), poisoned: draw(50, 2) });
      if (low <= truth && truth <= high) held++;
    }
    expect(held / 500).toBeGreaterThan(0.92);
  });
});
