import { describe, expect, it } from 'vitest';
import { UsageError } from '../../models/errors';
import { describePixels, PIXEL_CANDIDATES, parsePixels, pixelFactors } from '../../models/pixels';

describe('parsePixels', () => {
  it.each(['0-1', '0-255', '-1-1'] as const)('%s', (text) => {
    expect(parsePixels(text)).toEqual({ kind: text });
  });

  it('a mean and a standard deviation, for all channels or one each', () => {
    expect(parsePixels('mean-std:127.5/64')).toEqual({ kind: 'mean-std', mean: [127.5], std: [64] });
    const three = parsePixels('mean-std:1,2,3/4,5,6.5');
    expect(three).toEqual({ kind: 'mean-std', mean: [1, 2, 3], std: [4, 5, 6.5] });
  });

  it.each([
    '',
    '0-2',
    '1',
    'mean-std',
    'mean-std:',
    'mean-std:1',
    'mean-std:1/',
    'mean-std:/1',
    'mean-std:1/0',
  ])('refuses "%s"', (text) => {
    expect(() => parsePixels(text)).toThrow(UsageError);
  });

  it.each([
    'mean-std:1/-2',
    'mean-std:a/2',
    'mean-std:1,2/3,4',
    'mean-std:1,2,3/4',
    'mean-std:1/2/3',
    'mean-std:,/,',
  ])('refuses "%s"', (text) => {
    expect(() => parsePixels(text)).toThrow(UsageError);
  });

  it('reads what describePixels writes', () => {
    for (const scaling of PIXEL_CANDIDATES) expect(parsePixels(describePixels(scaling))).toEqual(scaling);
  });
});

describe('pixelFactors', () => {
  it.each([
    ['0-1', 0, 1],
    ['0-255', 0, 255],
    ['-1-1', -1, 1],
    ['mean-std:51/102', -0.5, 2],
  ])('%s takes 0 to %d and 255 to %d', (text, lowest, highest) => {
    const { factor, offset } = pixelFactors(parsePixels(text), 3);
    expect(factor).toHaveLength(3);
    for (let i = 0; i < 3; i++) {
      expect(offset[i]).toBeCloseTo(lowest, 10);
      expect(255 * factor[i]! + offset[i]!).toBeCloseTo(highest, 10);
    }
  });

  it('keeps the channels apart', () => {
    const { factor, offset } = pixelFactors(parsePixels('mean-std:10,20,30/2,4,5'), 3);
    expect(factor).toEqual([0.5, 0.25, 0.2]);
    expect(offset.map((each) => Number(each.toFixed(10)))).toEqual([-5, -5, -6]);
  });
});
