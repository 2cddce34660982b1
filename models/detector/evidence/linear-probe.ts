import { marginsAgainst } from '../margin';
import type { Kind, Reader } from './kind';
import { taking } from './takes';

/**
 * How unlikely a head that was learned anew from labels, on B's features, holds B's class to be: its logit margin, negated. It lies in
 * a bundle as the net that is B's second opinion, too, whose second output its scores are.
 */
export const linearProbe: Kind = {
  name: 'relearned',
  asks: 'Would a head that was learned anew from labels, on B’s features, name that class?',
  without({ isHad, classesNotInProbe }) {
    if (isHad) {
      if (classesNotInProbe.length === 0) return undefined;
      return `${classesNotInProbe.length} classes have one clean image (or one group), and it is not asked of images that B names so`;
    }
    return classesNotInProbe.length > 0
      ? 'no class has two clean images (of two groups where groups are told)'
      : 'some classes have no clean images';
  },
  open: (_part, { relearned: probe }) =>
    probe && { ...readProbe(probe.classesNotInProbe), ...taking({ of: 'relearned', output: 1 }) },
};

/** Tells by a linear probe's scores. @param classesNotInProbe classes of which it is no evidence */
export function readProbe(classesNotInProbe: readonly number[] | undefined): Required<Pick<Reader, 'tell'>> {
  return { tell: (scores, at, classes) => marginsAgainst(scores, classes, at, classesNotInProbe) };
}
