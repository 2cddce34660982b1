import { confidence } from './confidence';
import { forgetting } from './forgetting';
import type { Kind } from './kind';
import { latent } from './latent';
import { linearProbe } from './linear-probe';
import { repaired } from './repaired';
import { transplant } from './transplant';
import { trunk } from './trunk';

/**
 * Every kind of evidence, in the order in which a manifest tells their scales. docs/adding-evidence.md tells how one is added.
 * Origin: each kind names its own; `npm run ablation` prints what each adds.
 */
export const KINDS: readonly Kind[] = [
  confidence,
  forgetting,
  latent,
  trunk,
  linearProbe,
  transplant,
  repaired,
];
