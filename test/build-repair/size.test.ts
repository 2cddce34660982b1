import { expect, it } from 'vitest';
import { parseSize } from '../../build-repair/size';

it.each([
  ['224', { height: 224, width: 224 }],
  ['120x160', { height: 120, width: 160 }],
  ['120×160', { height: 120, width: 160 }],
])('%s', (text, size) => {
  expect(parseSize(text)).toEqual(size);
});

it.each(['', '0', '-3', '12.5', '12x', 'x12', '120x160x3', '123456', '12 x 12'])(
  '"%s" is no size',
  (text) => {
    expect(() => parseSize(text)).toThrow(/no size of images/);
  },
);
