import { margins } from '../margin';
import type { Kind } from './kind';
import { taking } from './takes';

/**
 * How sure B itself is of its class: its logit margin. A backdoor that outlives unlearning mostly makes B surer. An attacker can hold it down:
 * of other backdoors it is no evidence, and what other kinds say is held against what is usual for clean images of that certainty. Origin of
 * its shifts: as forgetting's; with [0, 0] cifar-adaptive-blend came out 83 % for 90.
 */
export const confidence: Kind = {
  name: 'confidence',
  asks: 'How sure is B itself?',
  shifts: [1, 0],
  open: () => ({
    ...taking({ of: 'bad' }),
    tell: (logits, at, classes) => margins(logits, classes, at),
  }),
};
