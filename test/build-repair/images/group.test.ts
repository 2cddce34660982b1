import { describe, expect, it } from 'vitest';
import {
  datasetOfGroup,
  framesInWords,
  framesOf,
  groupByPrefix,
  parseGroup,
  separatorOf,
} from '../../../build-repair/images/group';
import { UsageError } from '../../../models/errors';

describe('--group', () => {
  it('is read in each of its forms', () => {
    expect(parseGroup('prefix:_')).toEqual({ kind: 'prefix', separator: '_' });
    expect(parseGroup('prefix:::')).toEqual({ kind: 'prefix', separator: '::' });
    expect(parseGroup('dataset:a/b')).toEqual({ kind: 'dataset', name: 'a/b' });
    expect(parseGroup('video')).toEqual({ kind: 'plain', text: 'video' });
    for (const text of ['', 'prefix:', 'dataset:']) expect(() => parseGroup(text)).toThrow(UsageError);
  });

  it('is a separator for folders and a dataset for HDF5', () => {
    expect(separatorOf(parseGroup('_'), 'x')).toBe('_');
    expect(datasetOfGroup(parseGroup('video'), 'x')).toBe('video');
    expect(() => separatorOf(parseGroup('dataset:video'), 'x')).toThrow(/x is a folder/);
    expect(() => datasetOfGroup(parseGroup('prefix:_'), 'x')).toThrow(/x, an HDF5 file/);
  });

  it('goes by class and the name up to the first separator', () => {
    expect(groupByPrefix(['00/4_1.png', '00/4_2_b.png', '01/4_1.png', '01/b_c/7.png'], '_', 'x')).toEqual([
      '00/4',
      '00/4',
      '01/4',
      '01/b_c/7.png',
    ]);
    expect(() => groupByPrefix(['00/4_1.png'], '-', 'x')).toThrow(/no file name in x has "-" in it/);
  });
});

describe('frames', () => {
  const files = (nameOf: (label: number, i: number) => string) =>
    Array.from({ length: 4 }, (_, label) =>
      Array.from({ length: 12 }, (_, i) => `${label}/${nameOf(label, i)}`),
    ).flat();
  const number = (i: number) => String(i).padStart(5, '0');

  const told = (each: string[], path: string) => framesInWords(framesOf(each), each, path);

  it('are told by names of groups with numbers', () => {
    const word = told(
      files((_, i) => `${number(Math.floor(i / 4))}_${number(i % 4)}.png`),
      'clean',
    );
    expect(word).toMatch(/48 images of clean look like frames of 12 groups: --group prefix:_ .* promised$/);
    expect(framesInWords({ groups: 2, flag: '--group prefix:_' }, ['', ''], 'clean', false)).toMatch(
      /2 groups: --group prefix:_ keeps each together$/,
    );
    expect(
      told(
        files((_, i) => `clip${i % 2}-${i}.jpg`),
        'clean',
      ),
    ).toContain('prefix:-');
  });

  it.each<[string, (label: number, i: number) => string]>([
    ['names of one beginning', (_, i) => `img_${number(i)}.png`],
    ['names of the class', (label, i) => `class${label}_${i}.png`],
    ['numbers', (_, i) => `${i}.png`],
    ['one or two of each', (_, i) => `${number(Math.floor(i / 2))}_${i % 2}.png`],
    ['words', (_, i) => `face_${'abcdefghijkl'[i]}.png`],
  ])('are not told by %s', (_, nameOf) => {
    expect(told(files(nameOf), 'clean')).toBeUndefined();
  });
});
