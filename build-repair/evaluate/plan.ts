import type { ImageSet } from '../../models/images/set';
import type { Step } from '../steps';

/** What measuring a set is reported as. */
export function measuringOn({ name }: Pick<ImageSet, 'name'>): string {
  return `Measuring on ${name}`;
}

/** The steps of an evaluation: one a set, as long as it has images. */
export function evaluationSteps(sets: readonly Pick<ImageSet, 'name' | 'size'>[]): Step[] {
  return sets.map((set) => ({
    name: measuringOn(set),
    parts: [{ stage: measuringOn(set), cost: set.size }],
  }));
}
