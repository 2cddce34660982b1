import { first } from '../present';
import { exponential } from './exponential';

/**
 * Logits so far below the highest add nothing that a 32-bit float could hold: e^-20 is 2e-9.
 * Origin: the precision of float32.
 */
const NEGLIGIBLE = 20;

/** The most probable class of each row of logits, and its softmax probability. */
export interface Answers {
  readonly classes: Int32Array;
  readonly probabilities: Float32Array;
}

/**
 * The most probable class of one row of logits, one class left out.
 * @param logits `classes` values
 */
export function answerWithout(logits: Float32Array, without: number): { class: number; probability: number } {
  const { classes, probabilities } = answers(leaveOut(logits, without), logits.length);
  return { class: first(classes), probability: first(probabilities) };
}

/** A row of logits that never answers one class. */
export function leaveOut(logits: Float32Array, without: number): Float32Array {
  const others = logits.slice();
  others[without] = Number.NEGATIVE_INFINITY;
  return others;
}

/**
 * The most probable classes of one row of logits, the most probable first.
 * @param logits `classes` values
 * @param count how many; fewer where there are fewer classes
 */
export function topAnswers(logits: Float32Array, count: number): { class: number; probability: number }[] {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return order
    .filter((each) => logits[each]! > Number.NEGATIVE_INFINITY)
    .slice(0, count)
    .map((each) => ({ class: each, probability: Math.exp(logits[each]! - highest) / sum }));
}

/** @param logits n × classes values, row by row */
export function answers(logits: Float32Array, classes: number): Answers {
  const n = logits.length / classes;
  const best = new Int32Array(n);
  const probabilities = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    let top = 0;
    for (let k = 1; k < classes; k++) if (row[k]! > row[top]!) top = k;
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      if (row[k]! > row[top]! - NEGLIGIBLE) sum += exponential(row[k]! - row[top]!);
    }
    best[i] = top;
    probabilities[i] = 1 / sum;
  }
  return { classes: best, probabilities };
}

/**
 * Logit margin of each row at a given class c: z_c − logsumexp of the other logits. Unlike the probability, which
 * it maps to by the logistic function, it does not saturate, so that scores made of it do not tie.
 * @param logits n × classes values, row by row
 * @param at the class c of each row
 */
export function margins(logits: Float32Array, classes: number, at: Int32Array): Float32Array {
  const result = new Float32Array(at.length);
  for (let i = 0; i < at.length; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const c = at[i]!;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) if (k !== c && row[k]! > highest) highest = row[k]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      if (k !== c && row[k]! > highest - NEGLIGIBLE) sum += exponential(row[k]! - highest);
    }
    result[i] = row[c]! - highest - Math.log(sum);
  }
  return result;
}

/**
 * How unlikely each row holds its class to be: its margin, negated.
 * @param leftOut classes of which the rows tell nothing: NaN
 */
export function marginsAgainst(
  logits: Float32Array,
  classes: number,
  at: Int32Array,
  leftOut: readonly number[] = [],
): Float32Array {
  const isLeftOut = new Set(leftOut);
  return margins(logits, classes, at).map((margin, i) => (isLeftOut.has(at[i]!) ? Number.NaN : -margin));
}
