import { margins } from '../margin';
import type { Kind } from './kind';

/**
 * How sure B itself is of its class: its logit margin. An attacker can set it, so it is no evidence by itself: what other kinds say is held
 * against what is usual for clean images of that certainty.
 */
export const confidence: Kind = {
  name: 'confidence',
  asks: 'How sure is B itself?',
  shifts: [0, 0],
  open: () => ({
    rows: ({ bad }) => bad[0],
    tell: (logits, at, classes) => margins(logits, classes, at),
  }),
};
