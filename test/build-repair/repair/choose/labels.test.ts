import { describe, expect, test } from 'vitest';
import { causesOf } from '../../../../build-repair/repair/choose/causes';
import { coverageInWords } from '../../../../build-repair/repair/choose/coverage';
import { findMisfit, misfitError, otherLabels } from '../../../../build-repair/repair/choose/fit-labels';
import { ImageError } from '../../../../models/errors';

const CLASSES = 10;
const each = 10;
const labels = Int32Array.from({ length: CLASSES * each }, (_, i) => Math.floor(i / each));
/** B is right but for one image in ten. */
const right = labels.map((label, i) => (i % each === 0 ? (label + 3) % CLASSES : label));

function checkLabels(
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
  names: readonly string[] | undefined,
  otherwise?: Int32Array[],
): void {
  const misfit = findMisfit(predicted, labels, classes, otherwise);
  if (misfit) throw misfitError(misfit, names, ['It may be so.']);
}

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

describe('what a misfit may come from', () => {
  const shape = { height: 4, width: 4, channels: 3 };
  const other = { moved: new Map([[0, 1]]), accuracy: 0.95 };
  const misfit = { images: 480, accuracy: 0.4, other };
  const told = { kind: '0-255' } as const;
  const clean = { orderFrom: undefined, shape };

  test('is first what was told and measures worse', () => {
    const best = { pixels: { kind: '0-1' } as const, accuracy: 0.95 };
    const names = { ...clean, orderFrom: 'labels.txt beside the net' };
    const causes = causesOf(misfit, { pixels: told, bestPixels: best, clean: names });
    expect(causes).toEqual([
      expect.stringMatching(/--pixels 0-255 was told, and under 0-1 the net names 95\.0 % rightly/),
      expect.stringMatching(/labels\.txt beside the net; correct it/),
    ]);
    expect(misfitError(misfit, undefined, causes).hint).toMatch(
      /^Likely, in this order: \(1\) The pixels.*\(2\)/,
    );
  });

  test('is not the scaling where no other does better', () => {
    const bestPixels = { pixels: told, accuracy: 0.4 };
    expect(causesOf(misfit, { pixels: told, bestPixels, clean })).toEqual([
      expect.stringMatching(/order that the net was trained with.*class_indices\.json/),
    ]);
  });

  test('is, where no other labels help, what was told of the size, and all else', () => {
    const causes = causesOf(
      { ...misfit, other: undefined },
      {
        pixels: undefined,
        bestPixels: undefined,
        clean: { ...clean, shape: { ...shape, fit: 'pad' } },
      },
    );
    expect(causes).toEqual([
      expect.stringMatching(/--fit pad was told/),
      expect.stringMatching(/--pixels, --fit and --layout/),
    ]);
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
