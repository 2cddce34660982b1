import { valueAt } from '../../../models/present';
import { Random } from '../../../models/random';
import type { LoadedImages } from '../../images/load';
import { unitsOf } from '../choose/folds';

/** A tenth of the images, and no more than so many, are held out: they tell a share to some 2 points. Origin: no choice: binomial error. */
const MOST_HELD = 500;
const HELD_SHARE = 0.1;

/** Images that a net is made from, and those that it is measured on. */
export interface HeldOut {
  readonly fit: Int32Array;
  readonly held: Int32Array;
}

/**
 * Holds some images out, so that a net that the others are learned from can be measured. Images of one group stay together; the last
 * images of a class are kept to learn from. Where every class has but one image, none is held out.
 */
export function holdOut(
  { labels, groups, count }: Pick<LoadedImages, 'labels' | 'groups' | 'count'>,
  seed: number,
): HeldOut {
  const most = Math.min(MOST_HELD, Math.floor(count * HELD_SHARE));
  const left = counted(labels);
  const units = unitsOf(labels, groups);
  const held = new Set<number>();
  for (const place of new Random(seed, 'hold out').permutation(units.length)) {
    const unit = units[place]!;
    const own = counted(unit.map((image) => labels[image]!));
    const leavesSome = [...own].every(([label, n]) => valueAt(left, label) > n);
    if (!leavesSome || held.size + unit.length > most) continue;
    for (const image of unit) held.add(image);
    for (const [label, n] of own) left.set(label, valueAt(left, label) - n);
  }
  const images = Array.from({ length: count }, (_, image) => image);
  return {
    fit: Int32Array.from(images.filter((image) => !held.has(image))),
    held: Int32Array.from(images.filter((image) => held.has(image))),
  };
}

/** How many images each label has. */
function counted(labels: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
