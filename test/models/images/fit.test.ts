import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fit, parseFit, placing } from '../../../models/images/fit';

const net = { height: 224, width: 224 };

describe('placing', () => {
  it('has the sizes of torchvision and TensorFlow', () => {
    // Resize(256), CenterCrop(224) of 640 × 480: 341 × 256, from (58, 16).
    expect(placing('crop:256/224', { height: 480, width: 640 }, net)).toEqual({
      height: { scaled: 256, offset: 16 },
      width: { scaled: 341, offset: 58 },
    });
    expect(placing('crop', { height: 640, width: 480 }, net)).toEqual({
      height: { scaled: 298, offset: 37 },
      width: { scaled: 224, offset: 0 },
    });
    // tf.image.resize_with_pad of 100 × 77 to 32 × 40: 32 × 24, 7 pixels beside it on the left.
    expect(placing('pad', { height: 100, width: 77 }, { height: 32, width: 40 })).toEqual({
      height: { scaled: 32, offset: 0 },
      width: { scaled: 24, offset: -7 },
    });
  });

  it('covers the net when it crops, and fits in when it pads', () => {
    const side = fc.integer({ min: 1, max: 3000 });
    const size = fc.record({ height: side, width: side });
    const small = fc.record({
      height: fc.integer({ min: 1, max: 300 }),
      width: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(size, small, fc.constantFrom<Fit>('crop', 'crop:8/7', 'pad'), (picture, of, fit) => {
        const placed = placing(fit, picture, of);
        for (const key of ['height', 'width'] as const) {
          const { scaled, offset } = placed[key];
          expect(scaled).toBeGreaterThan(0);
          if (fit === 'pad') {
            expect(scaled).toBeLessThanOrEqual(of[key]);
            expect(offset).toBeLessThanOrEqual(0);
            expect(scaled - offset).toBeLessThanOrEqual(of[key]);
          } else {
            expect(scaled - offset).toBeGreaterThanOrEqual(of[key]);
            expect(offset).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});

describe('parseFit', () => {
  it('takes its forms, and no others', () => {
    for (const fit of ['stretch', 'pad', 'crop', 'crop:256/224', 'crop:1/1']) expect(parseFit(fit)).toBe(fit);
    for (const text of ['', 'Crop', 'crop:', 'crop:256', 'crop:256/224/1', 'fill'])
      expect(() => parseFit(text), text).toThrow(/stretch, crop, crop:256\/224, or pad is wanted/);
  });

  it.each([
    ['crop:256/0', /size that is cut out is "0", not a whole number/],
    ['crop:0/224', /size that a picture is made to is "0"/],
    ['crop:256/-224', /cut out is "-224"/],
    ['crop:NaN/224', /made to is "NaN"/],
    ['crop:1.5/1', /made to is "1\.5"/],
    ['crop:256/', /cut out is ""/],
    ['crop:100000/1', /made to is "100000", not a whole number of 1 to 99999/],
  ])('says what is wrong with %s', (text, why) => {
    expect(() => parseFit(text)).toThrow(why);
  });

  it('says which size comes first', () => {
    expect(() => parseFit('crop:224/256')).toThrow(/larger than the picture/);
  });
});
