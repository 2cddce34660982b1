import { describe, expect, test } from 'vitest';
import { coverageInWords } from '../../../../build-repair/repair/choose/coverage';
import { checkLabels, otherLabels } from '../../../../build-repair/repair/choose/fit-labels';
import { ImageError } from '../../../../models/errors';

const CLASSES = 10;
const each = 10;
const labels = Int32Array.from({ length: CLASSES * each }, (_, i) => Math.floor(i / each));
/** B is right but for one image in ten. */
const right = labels.map((label, i) => (i % each === 0 ? (label + 3) % CLASSES : label));

describe('labels and net', () => {
  test('fit where B is mostly right, whatever it errs about', () => {
    checkLabels(right, labels, CLASSES, undefined);
    // A class that B takes for another.
    checkLabels(
      labels.map((label) => (label === 4 ? 7 : label)),
      labels,
      CLASSES,
      undefined,
    );
    // One image a class: any errors could be permuted away.
    const few = Int32Array.from({ length: 50 }, (_, i) => i);
    checkLabels(
      few.map((label) => (label < 12 ? 60 + label : label)),
      few,
      100,
      undefined,
    );
  });

  test.each<[string, (label: number) => number]>([
    ['all counted from another number', (label) => (label + 1) % CLASSES],
    ['two put for each other', (label) => (label === 2 ? 5 : label === 5 ? 2 : label)],
    ['three in a ring', (label) => [1, 2, 0][label] ?? label],
  ])('don’t fit: %s', (_, permute) => {
    const moved = labels.map((label, i) => (i % 50 === 0 ? label : permute(label)));
    expect(() => checkLabels(moved, labels, CLASSES, undefined)).toThrow(/Labels and net don't fit.*→/);
    const other = otherLabels(moved, labels, CLASSES)!;
    for (const [from, to] of other.moved) expect(to).toBe(permute(from));
  });

  test('don’t fit where B is right about few', () => {
    const bad = labels.map((label, i) => (i % 2 === 0 ? label : (label * 7 + i) % CLASSES));
    expect(() => checkLabels(bad, labels, CLASSES, undefined)).toThrow(ImageError);
    expect(() => checkLabels(bad, labels, CLASSES, undefined)).toThrow(/names only 5\d\.\d % of 100/);
    // Under another scaling it shows that the labels are put otherwise.
    const turned = labels.map((label) => CLASSES - 1 - label);
    expect(() => checkLabels(bad, labels, CLASSES, undefined, [bad, turned])).toThrow(
      /names 5\d\.\d % of 100 .* \(0 → 9, 1 → 8, .*\) it would be 100\.0 %/,
    );
  });
});

describe('coverage', () => {
  const some = (count: number) => Int32Array.from({ length: 192 }, (_, i) => i % count);
  test('is told as a share, by name where few classes are missing', () => {
    expect(coverageInWords(some(107), 1283, undefined)).toEqual([
      "The clean images are of 107 of the net's 1283 classes (8.3 %): of 1176 classes there are none",
    ]);
    expect(coverageInWords(some(3), 5, ['a', 'b', 'c', 'cat', 'dog'])[0]).toMatch(
      /3 of the net's 5 classes \(60 %\): there are none of cat \(3\), dog \(4\)$/,
    );
    expect(coverageInWords(some(5), 5, undefined)).toEqual([]);
  });
});
