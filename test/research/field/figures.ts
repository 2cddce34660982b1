import { byGroups, type Rate, rateOf } from '../../../build-repair/evaluate/interval';
import { type Auroc, aurocOf } from './auroc';
import type { Said, Scores } from './scores';

/** The false-alarm rates that detection is told at. */
export const AT = [0.01, 0.05] as const;

/** What a detector came to on one trigger of a net. Intervals are of 95 %; of signs, they count these. */
export interface TriggerFigures {
  readonly trigger: string;
  /** Of all images with the trigger, those on which the attack works: the others count for nothing else. */
  readonly works: Rate;
  readonly auroc: Auroc;
  /** At each of {@link AT}: those that are flagged. */
  readonly found: readonly Rate[];
}

/** What a detector came to on a net. */
export interface NetFigures {
  readonly triggers: readonly TriggerFigures[];
  /** At each of {@link AT}: clean test images that are flagged. */
  readonly alarms: readonly Rate[];
}

/** @param groups independent things among the images of a set, where they are fewer than these */
export function figuresOf({ clean, poisoned }: Scores, groups: number | undefined): NetFigures {
  const flagged = ({ pValue }: Said) =>
    AT.map((alpha) => {
      const hits = pValue.filter((each) => each <= alpha).length;
      return byGroups(rateOf(hits, pValue.length), groups);
    });
  return {
    alarms: flagged(clean),
    triggers: poisoned.map((set) => ({
      trigger: set.name.replace(/^.*__|^poisoned_|\.h5$/g, ''),
      works: byGroups(rateOf(set.suspicion.length, set.asked), groups),
      auroc: aurocOf({ clean: clean.suspicion, poisoned: set.suspicion }, groups),
      found: flagged(set),
    })),
  };
}
