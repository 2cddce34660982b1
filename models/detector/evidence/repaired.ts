import { marginsAgainst } from '../margin';
import type { Kind } from './kind';
import { linearProbe } from './linear-probe';
import { taking } from './takes';

/**
 * How unlikely the repaired net, which unlearned triggers, holds B's class to be: its logit margin, negated (as the auxiliary net of Xie
 * et al., BaDExpert, ICLR 2024). It lies in a bundle as the net that stands alone. Where it is had, a head on B's own features, which
 * a trigger takes hold of, is not asked (docs/method.md has the figures). Origin of its shifts: 1 to 3 were tried on cifar-adaptive-blend and
 * cifar-clean-label: 95.7, 96.8 and 96.8 % found, and 86.8, 89.5 and 90.1.
 */
export const repaired: Kind = {
  name: 'repaired',
  asks: 'Would the repaired net name that class?',
  shifts: [2, 2],
  replaces: linearProbe.name,
  open: (_part, { repaired }) =>
    repaired && {
      ...taking({ of: 'repaired' }),
      tell: (logits, at, classes) => marginsAgainst(logits, classes, at),
    },
};
