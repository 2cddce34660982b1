import * as tf from '@tensorflow/tfjs-core';
import { imageTensor } from '../../models/detector/run';
import type { RepairContext } from '../context';
import { marginsAt, oneHotOf } from './margins';
import { median } from './signature';
import type { TriggerKind } from './trigger';
import type { Twins } from './twins';
import type { Recovered } from './types';
import type { Verified } from './verify';

/**
 * What the signature counts beside the margins of a shape, and what both together are held against (docs/method.md).
 * Origin: set by hand on the self-made faces-stripe, clean_net of faces1283 and the tests’ nets; `npm run findings --
 * attack:faces-stripe --detail` prints margins and signatures.
 */
const SIGNATURE_WEIGHT = 2;
const MOST_TOGETHER = 10;
/** What a signature alone is held against. Origin: as SIGNATURE_WEIGHT. */
const MOST_SIGNATURE = 4.4;
/**
 * Among fewer classes no signature stands out; a shape's margins alone are then held against MOST_MARGINS.
 * Origin: as SIGNATURE_WEIGHT, of the tests’ nets.
 */
const FEW_CLASSES = 20;
const MOST_MARGINS = 5;
/**
 * What the margins of a patch are held against.
 * Origin: set by hand on the self-made faces-patch-flat and clean nets, none of whose margins were above 1.6; `npm run findings
 * -- attack:faces-patch-flat --detail` prints them.
 */
const MOST_OF_PATCH = 4.5;
/**
 * Where a patch tells a target, a shape must have this share of the highest score to tell another.
 * Origin: set by hand on the self-made faces-patch-flat, and the given backdoored nets were looked at (docs/method.md).
 */
const BESIDE_PATCH = 0.5;

/**
 * What the largest margin of a class, over that of the next class, is held against; as many classes may stand above it together.
 * Origin: Wang et al. 2024's nets and ours: clean nets 1.0–1.3, see docs/method.md; the source-specific net of cifar10, 1.3 at a class
 * that is no target, was looked at.
 */
const MOST_OVER_NEXT = 1.4;
const MOST_STANDING_OUT = 3;

/** What a class's triggers do (see marginsTogether). */
type Margins = Readonly<Record<TriggerKind, Pick<Recovered, 'margins'>>>;

/**
 * How far the signature alone speaks for a class, over what clean nets stay below.
 * @param classes N; among few no signature stands out
 */
export function signatureScore(signature: number, classes: number): number {
  return classes < FEW_CLASSES ? 0 : signature / MOST_SIGNATURE;
}

/**
 * A class's evidence over what clean nets stay below: a shape's margins and the signature together, or the signature alone, or a
 * patch's margins.
 * @param classes N
 */
export function scoreOf(
  recovered: Margins,
  signature: number,
  classes: number,
): { value: number; kind: TriggerKind } {
  const { margins } = recovered.shape;
  const patch = recovered.patch.margins / MOST_OF_PATCH;
  const shape =
    classes < FEW_CLASSES
      ? margins / MOST_MARGINS
      : Math.max(
          (margins + SIGNATURE_WEIGHT * signature) / MOST_TOGETHER,
          signatureScore(signature, classes),
        );
  return patch > shape ? { value: patch, kind: 'patch' } : { value: shape, kind: 'shape' };
}

/**
 * The classes above the limit. In a net that is backdoored, shapes that cover a tenth of the picture turn E to some other
 * classes, too: where a small patch tells a target, these must be about as sure.
 * @param tried the highest score first
 */
export function chooseTargets<
  Tried extends { readonly score: number; readonly recovered: Margins; readonly standsOut: number },
>(tried: readonly Tried[], limit: number): Tried[] {
  const above = tried.filter(({ score }) => score > limit);
  const isByPatch = ({ recovered }: Tried) => recovered.patch.margins > limit * MOST_OF_PATCH;
  if (!above.some(isByPatch)) return above;
  const enough = BESIDE_PATCH * above[0]!.score;
  return above.filter((each) => isByPatch(each) || each.standsOut > limit || each.score >= enough);
}

/**
 * How far largest margins stand out: where they part the furthest among the highest, those above have the ratio over what clean nets
 * stay below; the others, and all where there are next to no other classes, have 0.
 * @param largest see largestMargins
 */
export function standingOut(largest: ArrayLike<number>): number[] {
  const ordered = Array.from(largest, (_, k) => k).sort((a, b) => largest[b]! - largest[a]! || a - b);
  const ratios = ordered.slice(0, MOST_STANDING_OUT).map((each, rank) => {
    const next = largest[ordered[rank + 1]!] ?? 0;
    return next > 0 ? largest[each]! / next : 0;
  });
  const most = Math.max(...ratios);
  const above = new Set(ordered.slice(0, ratios.indexOf(most) + 1));
  const areEnough = largest.length > MOST_STANDING_OUT + 1;
  return Array.from(largest, (_, k) => (areEnough && above.has(k) ? most / MOST_OVER_NEXT : 0));
}

/** Margins of B and E in units of B's usual one. However sure B is, it counts little where E does not follow. */
export function marginsTogether({ bad, expert }: Verified, usual: number): number {
  return (Math.min(bad, expert + usual) + expert) / usual;
}

/** The median of B's logit margin at the class of clean images: how sure it usually is. */
export function usualMargin(
  { images, shape, pixels, classes }: RepairContext,
  twins: Twins,
  held: Int32Array,
): number {
  return tf.tidy(() => {
    const input = imageTensor(images.gather(held), held.length, shape, pixels);
    const at = oneHotOf(
      held.map((image) => images.labels[image]!),
      classes,
    );
    return Math.max(1, median(marginsAt(twins.bad(input), at).dataSync()));
  });
}
