import type { Recovered } from '../types';
import { FEW_CLASSES, signatureScore } from './signature';

/**
 * What the signature counts beside the margins of a shape, and what both together are held against (docs/method.md).
 * Origin: set by hand on the self-made faces-stripe, clean_net of faces1283 and the tests’ nets; `npm run findings --
 * attack:faces-stripe --detail` prints margins and signatures.
 */
const SIGNATURE_WEIGHT = 2;
const MOST_TOGETHER = 10;
/** Among few classes a shape's margins alone are held against this. Origin: as SIGNATURE_WEIGHT, of the tests’ nets. */
const MOST_MARGINS = 5;

/**
 * How far a shape that was recovered speaks for a class, with the signature of the class's weights: B and E follow it. Or the signature
 * alone, where that is more. Over what clean nets stay below.
 * @param signature see weightSignature
 * @param classes N
 */
export function shapeScore(
  { margins }: Pick<Recovered, 'margins'>,
  signature: number,
  classes: number,
): number {
  return classes < FEW_CLASSES
    ? margins / MOST_MARGINS
    : Math.max((margins + SIGNATURE_WEIGHT * signature) / MOST_TOGETHER, signatureScore(signature, classes));
}
