import { forgetting as kind } from '../../../models/detector/evidence/forgetting';
import type { ExpertNet } from '../../../models/detector/nets';
import { type Expert, forget } from '../learn/forget';
import type { Fitter } from './fitter';

/** Fits the expert. */
export const forgetting: Fitter<Expert, ExpertNet> = {
  fit: ({ context, flat, passes, plan: { fit, part } }) => forget(context, flat, fit, part, passes),
  // The expert is freed by whoever fitted it: it may be the one that is served.
  open: (expert, _, nets) => {
    const reader = kind.open(expert, nets);
    return reader && { ...reader, free: undefined };
  },
  part: (expert) => expert,
  free: (expert) => expert.dispose(),
};
