import type { Level } from '../../../models/bundle/levels';
import { LIMIT } from '../limit';

/**
 * The kinds of evidence about a net that speak for a class as a target, a module of this folder each. `patch`, `shape` and
 * `signature` are of one sort: what triggers do on clean images, and to weights. `largest` is of another: how sure pictures of any kind make the net.
 */
export type EvidenceName = 'patch' | 'shape' | 'signature' | 'largest';

/** How far each kind speaks for a class, over what clean nets stay below: above 1 is a sign. A kind that was not asked is left out. */
export type EvidenceScores = Readonly<Partial<Record<EvidenceName, number>>>;

/** The evidence of all kinds for a class, over what clean nets stay below: that of the kind that speaks the most for it. */
export function jointScore(scores: EvidenceScores): number {
  return Math.max(...Object.values(scores));
}

/** How sure a class that is named is to be a target. */
export function levelOf({ largest = 0, ...others }: EvidenceScores): Level {
  return largest > LIMIT && jointScore(others) > LIMIT ? 'near certain' : 'possible';
}
