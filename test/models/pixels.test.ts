import { describe, expect, it } from 'vitest';
import { UsageError } from '../../models/errors';
import {
  BGR_CANDIDATES,
  checkPixels,
  describePixels,
  PIXEL_CANDIDATES,
  parsePixels,
  pixelFactors,
  readPixels,
} from '../../models/pixels';

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
    'mean-std:0.49,0.48,0.45/63,62,67',
    'mean-std:125,123,114/0.25,0.24,0.26',
    'vgg',
    'bgr-',
    'bgr-caffe',
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

  it.each([
    ['as torchvision writes it', 'mean-std:0.4914,0.4822,0.4465/0.247,0.2435,0.2616', 'cifar10'],
    ['of ImageNet', 'mean-std:0.485,0.456,0.406/0.229,0.224,0.225', 'imagenet'],
    ['the same times 255', 'mean-std:123.675,116.28,103.53/58.395,57.12,57.375', 'imagenet'],
    ['of CLIP', 'mean-std:0.48145466,0.4578275,0.40821073/0.26862954,0.26130258,0.27577711', 'clip'],
    ['of Keras’s modes', 'torch', 'imagenet'],
    ['of Keras’s modes, tf', 'tf', '-1-1'],
    ['of timm', 'inception', '-1-1'],
    ['of Caffe, spelled out', 'bgr-mean-std:103.939,116.779,123.68/1,1,1', 'caffe'],
    ['blue first', 'bgr-mean-std:0.406,0.456,0.485/0.225,0.224,0.229', 'bgr-imagenet'],
    ['means of zero of 0–255', 'mean-std:0/255', 'mean-std:0/255'],
    ['one for all', 'mean-std:0.5/0.5', 'mean-std:127.5/127.5'],
  ])('%s: %s is %s', (_, text, name) => {
    expect(describePixels(parsePixels(text))).toBe(name);
    expect(parsePixels(name)).toEqual(parsePixels(text));
  });

  it('says that means of up to 1 are of 0–1, and only of these', () => {
    expect(readPixels('mean-std:0.5/0.5').said).toContain('mean-std:127.5/127.5 of 0–255');
    expect(readPixels('bgr-mean-std:0.5/0.25').said).toBeDefined();
    for (const text of ['mean-std:127.5/64', 'mean-std:0/255', '0-1', 'imagenet', 'caffe'])
      expect(readPixels(text).said, text).toBeUndefined();
  });

  it('refuses colours of nets that see grey', () => {
    for (const text of ['imagenet', 'bgr-0-1', 'caffe'])
      expect(() => checkPixels(parsePixels(text), 1), text).toThrow(UsageError);
    for (const text of ['imagenet', 'bgr-0-1', 'caffe', 'mean-std:1/2']) checkPixels(parsePixels(text), 3);
    checkPixels(parsePixels('mean-std:0.5/0.5'), 1);
  });

  it('reads what describePixels writes', () => {
    for (const scaling of [...PIXEL_CANDIDATES, ...BGR_CANDIDATES])
      expect(parsePixels(describePixels(scaling))).toEqual(scaling);
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
