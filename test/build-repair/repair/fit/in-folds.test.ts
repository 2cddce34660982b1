import { beforeAll, expect, test } from 'vitest';
import type { FoldPlan } from '../../../../build-repair/repair/choose/folds';
import { fitExpert } from '../../../../build-repair/repair/fit/expert';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, size, stripes } from '../striped-images';

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

const COUNT = 60;
/** The clean image that is another in the second of two repairs. */
const CHANGED = 3;
const before = stripes(COUNT, 1);
const after = { ...before, pixels: before.pixels.slice() };
after.pixels.subarray(CHANGED * size, (CHANGED + 1) * size).reverse();

/** What every fold's detector says of the images that were held out of it, by image. */
async function readingsOf(images: typeof before, plan: FoldPlan) {
  const chosen = { context: contextOf(images), flat: copyNet(branchedNet(classes)), plan, keepsImages: true };
  const fitted = await fitExpert({
    ...chosen,
    unlabelled: undefined,
    classNames: undefined,
    hosts: undefined,
  });
  fitted.dispose();
  return fitted.read.map(({ images: held, readings }) =>
    Array.from(held, (image, row) => ({
      image,
      readings: Object.entries(readings).map(([kind, values]) => [kind, values![row]]),
    })),
  );
}

const [first, second] = [range(0, 20), range(20, COUNT)];
const apart = { fit: second, calibrate: first };

test.each<[string, FoldPlan]>([
  ['one split', { scheme: 'split', folds: [apart], groups: COUNT }],
  ['folds', { scheme: 'cross-fit', folds: [apart, { fit: first, calibrate: second }], groups: COUNT }],
])('by %s, no image is calibrated on that was fitted on', async (_, plan) => {
  const [was, is] = [await readingsOf(before, plan), await readingsOf(after, plan)];
  expect(is.map((fold) => fold.map(({ image }) => image))).toEqual(
    plan.folds.map(({ calibrate }) => Array.from(calibrate)),
  );
  // It is read itself, in the first fold, and nothing was fitted on it there: the others' readings are what they were.
  const others = (fold: (typeof was)[number]) => fold.filter(({ image }) => image !== CHANGED);
  expect(is[0]).not.toEqual(was[0]);
  expect(others(is[0]!)).toEqual(others(was[0]!));
  // The other fold is fitted on it.
  if (is[1]) expect(is[1]).not.toEqual(was[1]);
});
