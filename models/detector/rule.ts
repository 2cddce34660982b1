import { first } from '../present';
import type { NetAnswer, Verdict } from '../verdict';
import { pValue } from './conformal';
import { type Answers, topAnswers } from './margin';
import type { NetReadings } from './readings';
import { type Standard, suspicion } from './score';
import type { TestTimeViews } from './test-time-views';

/**
 * How G decides:
 * - `disagreement`: backdoored where B and B′ name different classes (Liu et al. 2018); the score is B′'s margin
 *   against B's class, and the p-value tells how rare it is among the clean images that B′ was made from
 * - `calibrated`: backdoored where the p-value of the standardised evidence is at most α; B′, where it is no net of its own, passes
 *   B's class over where it is at most `passOver`, or the image is more suspicious than every calibration image
 */
export type Rule =
  | { readonly kind: 'disagreement'; readonly calibration: Float32Array }
  | (Standard & {
      readonly kind: 'calibrated';
      readonly alpha: number;
      readonly passOver: number;
      /** Left out: G names the class that B names. */
      readonly views?: TestTimeViews | undefined;
      readonly calibration: Float32Array;
    });

/** An image's score under a rule, for each image that the nets have read. */
export function scoresOf(readings: NetReadings, rule: Rule): Float32Array {
  return rule.kind === 'calibrated'
    ? suspicion(readings.evidence, rule, readings.bad.classes)
    : readings.disagreement();
}

/** The images in which the class that B names is passed over: those with a low p-value, as low as few images can tell. */
export function imagesWithoutNamedClass(scores: Float32Array, rule: Rule): number[] {
  if (rule.kind !== 'calibrated') return [];
  return Array.from(scores.keys()).filter(
    (i) => isBeyondAll(scores[i]!, rule) || pValue(rule.calibration, scores[i]!) <= rule.passOver,
  );
}

/** Whether an image is more suspicious than every calibration image. */
export function isBeyondAll(score: number, { calibration }: Rule): boolean {
  return score > (calibration.at(-1) ?? Number.POSITIVE_INFINITY);
}

/**
 * The verdict on each image whose score is known.
 * @param classes N, the class that says "backdoored"
 * @param top how many of both nets' most probable classes to tell
 */
export function decide(
  readings: Pick<NetReadings, 'bad' | 'answered' | 'repaired' | 'standsAlone' | 'logits'>,
  scores: Float32Array,
  rule: Rule,
  classes: number,
  top = 0,
): Verdict[] {
  const suspicious = new Set(imagesWithoutNamedClass(scores, rule));
  const passed = readings.standsAlone ? new Set<number>() : suspicious;
  return Array.from(scores, (score, i) => {
    const p = pValue(rule.calibration, score);
    const bad = answerAt(readings.bad, i);
    const repairedLogits = () =>
      passed.has(i) ? readings.logits.withoutNamedClass(i) : readings.logits.repaired(i);
    const recovered = suspicious.has(i)
      ? first(topAnswers(readings.logits.withoutNamedClass(i), 1))
      : undefined;
    const repaired = (passed.has(i) ? recovered : undefined) ?? answerAt(readings.repaired, i);
    const backdoored = rule.kind === 'calibrated' ? p <= rule.alpha : bad.class !== repaired.class;
    const answer = answerAt(readings.answered, i);
    return {
      class: backdoored ? classes : answer.class,
      backdoored,
      pValue: p,
      suspicion: score,
      answer,
      bad,
      repaired,
      ...(recovered && { recovered }),
      ...(top > 0 && {
        top: {
          bad: topAnswers(readings.logits.bad(i), top),
          repaired: topAnswers(repairedLogits(), top),
        },
      }),
    };
  });
}

function answerAt({ classes, probabilities }: Answers, i: number): NetAnswer {
  return { class: classes[i]!, probability: probabilities[i]! };
}
