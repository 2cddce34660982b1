import { describe, expect, it } from 'vitest';
import { isFlat, slopeOf } from './slope';

const points = (mbAt: (minute: number) => number) =>
  Array.from({ length: 96 }, (_, i) => ({ minute: 2 + i / 12, mb: mbAt(2 + i / 12) }));

describe('resident memory over time', () => {
  it('has the slope of its line', () => {
    expect(slopeOf(points((minute) => 100 + 3 * minute))).toBeCloseTo(3);
    expect(slopeOf([])).toBe(0);
  });

  it('is flat where it only comes and goes, not where it climbs', () => {
    expect(isFlat(points((minute) => 140 + 8 * Math.sin(9 * minute)))).toBe(true);
    expect(isFlat(points((minute) => 140 - minute))).toBe(true);
    expect(isFlat(points((minute) => 140 + minute))).toBe(false);
    expect(isFlat(points((minute) => 140 + minute + 8 * Math.sin(9 * minute)))).toBe(false);
  });
});
