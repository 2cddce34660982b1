import { margins } from '../margin';
import { isComplete, type Kind } from './kind';

/**
 * How sure B itself is of its class: its logit margin. An attacker can hold it down; it is asked where the classes lack the clean images
 * that the distances and the relearned head need.
 */
export const confidence: Kind = {
  name: 'confidence',
  asks: 'How sure is B itself?',
  isNeeded: (has) => !isComplete(has),
  open: () => ({
    rows: ({ bad }) => bad[0],
    tell: (logits, at, classes) => margins(logits, classes, at),
  }),
};
