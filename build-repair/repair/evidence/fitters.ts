import type { Kind } from '../../../models/detector/evidence/kind';
import { latent, trunk } from './distance';
import type { Fitter } from './fitter';
import { forgetting } from './forgetting';
import { linearProbe } from './linear-probe';
import { transplant } from './transplant';

/** How the kinds of evidence are fitted that take training, what was seen in passes over the clean images, or what repair was told; by the kinds' names. */
const FITTERS: { readonly [kind: string]: Fitter } = {
  forgetting,
  latent,
  trunk,
  relearned: linearProbe,
  transplant,
};

/** How a kind of evidence is fitted. */
export function fitterOf(kind: Kind): Fitter {
  return FITTERS[kind.name] ?? untrained(kind);
}

/** A kind that says itself how it is fitted, or has nothing to be fitted. */
function untrained(kind: Kind): Fitter<{ readonly part: unknown }> {
  return {
    fit({ context: { images, seed }, plan: { fit } }) {
      const labels = fit.map((image) => images.labels[image]!);
      const gather = (some: Int32Array) => images.gather(some);
      return { part: kind.fit?.({ images: fit, labels, gather, seed }) };
    },
    open: ({ part }, _, nets) => kind.open(part, nets),
    part: ({ part }) => part,
  };
}
