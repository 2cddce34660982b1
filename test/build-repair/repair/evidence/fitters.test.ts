import { expect, it } from 'vitest';
import { latent, trunk } from '../../../../build-repair/repair/evidence/distance';
import { fitterOf } from '../../../../build-repair/repair/evidence/fitters';
import { forgetting } from '../../../../build-repair/repair/evidence/forgetting';
import { linearProbe } from '../../../../build-repair/repair/evidence/linear-probe';
import { transplant } from '../../../../build-repair/repair/evidence/transplant';
import { KINDS } from '../../../../models/detector/evidence/kinds';

it('each fitter is that of a kind of evidence, by the kind’s name', () => {
  const fitters = new Map(KINDS.map((kind) => [kind.name, fitterOf(kind)]));
  const expected = { forgetting, latent, trunk, relearned: linearProbe, transplant };
  for (const [name, fitter] of Object.entries(expected)) expect(fitters.get(name), name).toBe(fitter);
});
