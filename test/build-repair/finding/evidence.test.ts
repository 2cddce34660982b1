import { describe, expect, test } from 'vitest';
import { jointScore, levelOf } from '../../../build-repair/finding/net-evidence/joint';
import { largestScores } from '../../../build-repair/finding/net-evidence/largest';
import { patchScore } from '../../../build-repair/finding/net-evidence/patch';
import { shapeScore } from '../../../build-repair/finding/net-evidence/shape';
import { chooseTargets } from '../../../build-repair/finding/targets';
import { marginsTogether } from '../../../build-repair/finding/usual';

test('evidence stays small where the expert does not follow B, however sure B is', () => {
  expect(marginsTogether({ rate: 1, bad: 70, expert: 0 }, 10)).toBe(1);
  expect(marginsTogether({ rate: 1, bad: 70, expert: 65 }, 10)).toBe(13.5);
  expect(marginsTogether({ rate: 0, bad: -20, expert: -30 }, 10)).toBe(-5);
});

describe('kinds of evidence, each over what clean nets stay below', () => {
  test('a shape by its margins and the signature together, or the signature alone; among few classes the margins', () => {
    expect(shapeScore({ margins: 6 }, 3, 1283)).toBeCloseTo(1.2);
    expect(shapeScore({ margins: -3 }, 8.8, 1283)).toBeCloseTo(2);
    expect(shapeScore({ margins: 6 }, 3, 8)).toBeCloseTo(1.2);
    expect(shapeScore({ margins: 1 }, 30, 8)).toBeCloseTo(0.2);
  });

  test('a patch by its margins', () => {
    expect(patchScore({ margins: 9 })).toBe(2);
  });

  test('largest margins stand out together where they part the furthest from the next; never those of the fewest classes', () => {
    const rounded = (of: number[]) => largestScores(of).map((each) => Math.round(100 * each) / 100);
    expect(rounded([10, 11, 70, 12, 60, 9])).toEqual([0, 0, 3.57, 0, 3.57, 0]);
    expect(rounded([10, 11, 12, 9, 13])).toEqual([0, 0.79, 0.79, 0, 0.79]);
    expect(rounded([5, 100, 4])).toEqual([0, 0, 0]);
    expect(rounded([-1, -2, -3, -4, -5])).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('all of them', () => {
  test('the one that speaks the most is the score; those of two sorts together are near certain', () => {
    expect(jointScore({ patch: 0.2, shape: -3, largest: 1.4 })).toBe(1.4);
    expect(levelOf({ patch: 4, shape: 3, largest: 0.9 })).toBe('possible');
    expect(levelOf({ patch: 0.4, shape: 0.3, largest: 3 })).toBe('possible');
    expect(levelOf({ patch: 0.4, shape: 1.1, largest: 1.1 })).toBe('near certain');
    expect(levelOf({ signature: 1.2, largest: 1.1 })).toBe('near certain');
    expect(levelOf({ signature: 1.2 })).toBe('possible');
  });

  test('where a patch tells a target, a shape must be half as sure to tell another', () => {
    const tried = [
      { name: 'patch', score: 4, scores: { patch: 4, shape: 0, largest: 0 } },
      { name: 'sure shape', score: 2.1, scores: { patch: -2, shape: 2.1, largest: 0 } },
      { name: 'both', score: 1.9, scores: { patch: 1.1, shape: 1.9, largest: 0 } },
      { name: 'shape', score: 1.9, scores: { patch: -2, shape: 1.9, largest: 0 } },
      { name: 'largest', score: 1.5, scores: { patch: -2, shape: 0.1, largest: 1.5 } },
      { name: 'little', score: 0.9, scores: { patch: -2, shape: 0.9, largest: 0 } },
    ];
    const names = (of: typeof tried) => chooseTargets(of, 1).map(({ name }) => name);
    expect(names(tried)).toEqual(['patch', 'sure shape', 'both', 'largest']);
    expect(names(tried.filter(({ name }) => name === 'shape' || name === 'little'))).toEqual(['shape']);
  });
});
