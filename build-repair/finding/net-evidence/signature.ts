/** Among fewer classes no signature stands out. Origin: as MOST_SIGNATURE, of the tests’ nets. */
export const FEW_CLASSES = 20;
/**
 * What a signature alone is held against.
 * Origin: set by hand on the self-made faces-stripe, clean_net of faces1283 and the tests’ nets; `npm run findings --
 * attack:faces-stripe --detail` prints signatures.
 */
const MOST_SIGNATURE = 4.4;

/**
 * How far the signature alone speaks for a class, over what clean nets stay below.
 * @param signature see weightSignature
 * @param classes N; among few it says nothing
 */
export function signatureScore(signature: number, classes: number): number {
  return classes < FEW_CLASSES ? 0 : signature / MOST_SIGNATURE;
}
