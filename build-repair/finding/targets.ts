import { first } from '../../models/present';
import { type EvidenceScores, jointScore } from './net-evidence/joint';

/**
 * Where a patch tells a target, a shape must have this share of the highest score to tell another.
 * Origin: set by hand on the self-made faces-patch-flat, and the given backdoored nets were looked at (docs/method.md).
 */
const BESIDE_PATCH = 0.5;

/**
 * The classes above the limit. In a net that is backdoored, shapes that cover a tenth of the picture turn E to some other
 * classes, too: where a small patch tells a target, these must be about as sure.
 * @param tried the highest score first
 */
export function chooseTargets<Tried extends { readonly score: number; readonly scores: EvidenceScores }>(
  tried: readonly Tried[],
  limit: number,
): Tried[] {
  const above = tried.filter(({ score }) => score > limit);
  const isByPatch = ({ scores: { patch = 0 } }: Tried) => patch > limit;
  if (!above.some(isByPatch)) return above;
  const enough = BESIDE_PATCH * first(above).score;
  const isByShape = ({ scores: { shape: _, ...others } }: Tried) => jointScore(others) <= limit;
  return above.filter((each) => !isByShape(each) || each.score >= enough);
}
