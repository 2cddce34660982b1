import type { Verdict } from '../verdict';
import { pValue } from './conformal';
import { type Standard, suspicion } from './evidence';
import type { NetReadings } from './nets';
import type { Views } from './views';

/**
 * How G decides:
 * - `disagreement`: backdoored where B and B′ name different classes (Liu et al. 2018); the score is B′'s margin
 *   against B's class, and the p-value tells how rare it is among the clean images that B′ was made from
 * - `calibrated`: backdoored where the p-value of the standardised evidence is at most α; B′ passes B's class over
 *   where it is at most `passOver`
 */
export type Rule =
  | { readonly kind: 'disagreement'; readonly calibration: Float32Array }
  | (Standard & {
      readonly kind: 'calibrated';
      readonly alpha: number;
      readonly passOver: number;
      /** Left out: G names the class that B names. */
      readonly views?: Views | undefined;
      readonly calibration: Float32Array;
    });

/**
 * The verdict on each image that the nets have read.
 * @param classes N, the class that says "backdoored"
 * @param top how many of both nets' most probable classes to tell
 */
export function decide(readings: NetReadings, rule: Rule, classes: number, top = 0): Verdict[] {
  const scores =
    rule.kind === 'calibrated'
      ? suspicion(readings.evidence, rule, readings.bad.classes.length)
      : readings.disagreement;
  const verdicts = decideByScores(readings, scores, rule, classes);
  if (top === 0) return verdicts;
  return verdicts.map((verdict, i) => ({
    ...verdict,
    top: readings.top(i, top, rule.kind === 'calibrated' && verdict.pValue <= rule.passOver),
  }));
}

/** The verdict on each image whose score is known already. */
export function decideByScores(
  readings: Pick<NetReadings, 'bad' | 'answered' | 'repaired' | 'otherwise'>,
  scores: Float32Array,
  rule: Rule,
  classes: number,
): Verdict[] {
  return Array.from(scores, (score, i) => {
    const p = pValue(rule.calibration, score);
    const bad = { class: readings.bad.classes[i]!, probability: readings.bad.probabilities[i]! };
    const answer = {
      class: readings.answered.classes[i]!,
      probability: readings.answered.probabilities[i]!,
    };
    const repaired =
      rule.kind === 'calibrated' && p <= rule.passOver
        ? readings.otherwise(i)
        : { class: readings.repaired.classes[i]!, probability: readings.repaired.probabilities[i]! };
    const backdoored = rule.kind === 'calibrated' ? p <= rule.alpha : bad.class !== repaired.class;
    return {
      class: backdoored ? classes : answer.class,
      backdoored,
      pValue: p,
      suspicion: score,
      answer,
      bad,
      repaired,
    };
  });
}
