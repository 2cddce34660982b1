import { describe, expect, it } from 'vitest';
import { area, areaChange, overNets, pairedChange } from './compare';

describe('pairedChange', () => {
  it('is the mean of what each image gains, and its variance', () => {
    const change = pairedChange([1, 1, 1, 0], [0, 1, 0, 0]);
    expect(change.mean).toBe(0.5);
    // Gains of 1, 0, 1, 0 vary by 1/3, their mean by a quarter of that.
    expect(change.variance).toBeCloseTo(1 / 12, 12);
    expect(change.images).toBe(4);
  });

  it('counts groups where images come in these', () => {
    const [withIt, without] = [
      [1, 1, 1, 0],
      [0, 1, 0, 0],
    ];
    expect(pairedChange(withIt, without, 2).variance).toBeCloseTo(1 / 6, 12);
    expect(pairedChange(withIt, without, 100).variance).toBeCloseTo(1 / 12, 12);
  });

  it('does not vary where both sides say the same, though images differ', () => {
    expect(pairedChange([1, 0, 1], [1, 0, 1])).toEqual({ mean: 0, variance: 0, images: 3 });
  });
});

describe('area', () => {
  it('is how often a poisoned image scores above a clean one, ties half', () => {
    expect(area({ clean: [1, 2, 3], poisoned: [4, 5] })).toBe(1);
    expect(area({ clean: [4, 5], poisoned: [1, 2, 3] })).toBe(0);
    expect(area({ clean: [1, 3], poisoned: [2, 3] })).toBe((1 + 2 - 0.5) / 4);
    expect(area({ clean: [7, 7], poisoned: [7] })).toBe(0.5);
  });
});

describe('areaChange', () => {
  const scored = { clean: [1, 2, 3, 4], poisoned: [2.5, 5, 6] };

  it('is the difference of the areas', () => {
    const other = { clean: [1, 2, 3, 4], poisoned: [0, 5, 6] };
    const change = areaChange(scored, other);
    expect(change.mean).toBeCloseTo(area(scored) - area(other), 12);
    expect(change.images).toBe(7);
    // Placements gain 0.5, 0, 0 of the poisoned; 1/3, 1/3, 0, 0 of the clean.
    expect(change.variance).toBeCloseTo(1 / 12 / 3 + 1 / 27 / 4, 12);
  });

  it('is none, and certain, where one side is the other on another scale', () => {
    const twice = { clean: scored.clean.map((s) => 2 * s), poisoned: scored.poisoned.map((s) => 2 * s) };
    expect(areaChange(twice, scored)).toMatchObject({ mean: 0, variance: 0 });
  });
});

describe('overNets', () => {
  const change = (mean: number, variance = 0.01) => ({ mean, variance, images: 10 });

  it('has of one net the interval of its images', () => {
    const { mean, low, high, nets, images } = overNets([change(0.2)])!;
    expect([mean, nets, images]).toEqual([0.2, 1, 10]);
    expect(low).toBeCloseTo(0.2 - 1.96 * 0.1, 12);
    expect(high).toBeCloseTo(0.2 + 1.96 * 0.1, 12);
  });

  it('has of several nets Student’s, by how they differ', () => {
    const { mean, low, high, nets, images } = overNets([change(0.1), change(0.3), change(0.2)])!;
    expect(mean).toBeCloseTo(0.2, 12);
    expect([nets, images]).toEqual([3, 30]);
    expect(high - mean).toBeCloseTo((4.303 * 0.1) / Math.sqrt(3), 12);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  it('goes on with many nets', () => {
    const many = Array.from({ length: 50 }, (_, i) => change(i % 2));
    expect(overNets(many)!.high).toBeCloseTo(0.5 + (2.042 * Math.sqrt(12.5 / 49)) / Math.sqrt(50), 12);
  });

  it('has nothing to say of no net', () => {
    expect(overNets([])).toBeUndefined();
  });
});
