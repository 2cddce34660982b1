import { describe, expect, test } from 'vitest';
import { rateOf } from '../../../build-repair/evaluate/interval';
import { likelyCause, type MeasuredSet } from '../../../build-repair/evaluate/likely-cause';
import type { Manifest } from '../../../models/bundle/manifest';

const calibration = { images: 5000, groups: 5000 } as Manifest['calibration'];
const set = { size: 1000, skipped: [], others: { size: 0, shape: 0 } };
const frames = { groups: 30, flag: '--group prefix:_' };

function cause(
  alarms: number,
  more: Partial<MeasuredSet> & { calibration?: object; groups?: number; unfamiliarShare?: number } = {},
) {
  const rule = { kind: 'calibrated' } as Manifest['rule'];
  const manifest = { rule, alpha: 0.01, classes: 10, calibration: { ...calibration, ...more.calibration } };
  const { groups, unfamiliarShare } = more;
  const clean = { falsePositiveRate: rateOf(alarms, 1000), groups, unfamiliarShare };
  return likelyCause({ manifest, clean, set, isMisfit: false, ...more } as MeasuredSet);
}

describe('the likely cause of false alarms other than promised', () => {
  test('is none where the interval holds what was promised', () => {
    expect(cause(12)).toBeUndefined();
    expect(cause(12, { isMisfit: true })).toBeUndefined();
  });

  test.each<[string, Parameters<typeof cause>[1], RegExp]>([
    [
      'labels that do not fit, before all',
      { isMisfit: true, set: { ...set, frames } },
      /labels, their order or the pixels/,
    ],
    [
      'frames that the bundle counted one by one',
      { set: { ...set, frames } },
      /calibrated on images that were counted one by one: repair with --group/,
    ],
    ['groups that it did', { groups: 40 }, /repair with --group/],
    [
      'frames that are counted one by one here',
      { set: { ...set, frames }, calibration: { groups: 200 } },
      /look like frames of 30 groups: --group prefix:_/,
    ],
    ['pictures unlike the others', { unfamiliarShare: 0.4 }, /40 % of the images are unlike those/],
    [
      'pictures of another shape',
      { set: { ...set, others: { size: 900, shape: 800 } } },
      /80 % of the pictures are of another shape/,
    ],
    [
      'classes without images',
      { calibration: { images: 4, groups: 4 } },
      /6 of 10 classes had no calibration images/,
    ],
    ['few images', { calibration: { images: 300, groups: 300 } }, /few images \(300 images\)/],
    ['nothing that shows', {}, /of another kind/],
  ])('is %s', (_, more, why) => {
    expect(cause(60, more)).toMatch(why);
  });

  test('of fewer than promised it is that the images are easier', () => {
    expect(cause(1)).toMatch(/easier/);
  });
});
