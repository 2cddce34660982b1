import type { Manifest } from '../../models/bundle/manifest';
import { type Look, plain } from '../terminal';
import type { CleanFigures } from './counts';
import type { Evaluation } from './evaluate';
import { leavesOut, type Rate } from './interval';

/** A trigger that works on at most this share of its images has lost its use. */
const USELESS = 0.05;

/** What is promised of a bundle's answers. */
export interface Promised {
  /** The rate of false alarms that was chosen, 0–1; undefined for a method that promises none. */
  readonly alpha: number | undefined;
  /**
   * Whether the repaired net answers alone. Otherwise, as in bundles of before, its answer is that of the BadNet and the detector together:
   * after the detector has passed the suspicious class over.
   */
  readonly standsAlone: boolean;
}

/** What a bundle promises. */
export function promisedBy({ rule, alpha, nets }: Pick<Manifest, 'rule' | 'alpha' | 'nets'>): Promised {
  return {
    alpha: rule.kind === 'calibrated' ? alpha : undefined,
    standsAlone: nets.repaired !== undefined,
  };
}

/**
 * What came out of an evaluation, in sentences: the first thing that is told.
 * @param cause the likeliest of false alarms whose interval leaves out what was promised: where it is given, these come first
 *
 * @example
 * outcomeLines(figures, { alpha: 0.01 });
 * // ['The trigger worked on 99 % of the images; now on 0 %.', 'Clean accuracy 98.1 → 97.9 %.', 'False alarms: 0.2 % of clean images (promised: 1 % on average).']
 */
export function outcomeLines(
  { clean, poisoned }: Evaluation,
  promised: Pick<Promised, 'alpha'>,
  look: Look = plain,
  cause?: string,
): string[] {
  const triggers = poisoned.map((set) => triggerLine(set, poisoned.length > 1, look));
  const [accuracy, alarms] = cleanLines(clean, promised, look);
  const { alpha } = promised;
  if (cause === undefined || alpha === undefined) return [...triggers, accuracy, alarms];
  return [promiseLine(clean.falsePositiveRate, alpha, cause, look), ...triggers, accuracy];
}

/** `False alarms: 6.2 % of clean images (95 %: 4.4–8.7), above the promised 1 %. Likely cause: …`. */
function promiseLine(rate: Rate, alpha: number, cause: string, { marks, style }: Look): string {
  const isAbove = rate.rate > alpha;
  const text = `${isAbove ? 'above' : 'below'} the promised ${alphaText(alpha)}`;
  const interval = `95 %: ${(100 * rate.low).toFixed(1)}–${(100 * rate.high).toFixed(1)}`;
  const said = `${oneDecimal(rate.rate)} of clean images (${interval}), ${isAbove ? style.red(text) : text}`;
  return `${isAbove ? marks.bad : marks.none}False alarms: ${said}. Likely cause: ${cause}.`;
}

/** What became of clean images, in sentences. */
export function cleanLines(
  clean: CleanFigures,
  promised: Pick<Promised, 'alpha'>,
  look: Look = plain,
): [accuracy: string, falseAlarms: string] {
  const { marks, style } = look;
  const { accuracyBefore, accuracy, falsePositiveRate } = clean;
  const [before, after] = [accuracyBefore, accuracy].map(({ rate }) => (100 * rate).toFixed(1));
  const alarms = `False alarms: ${oneDecimal(falsePositiveRate.rate)} of clean images`;
  const broken = brokenPromise(falsePositiveRate, promised);
  const kept = promised.alpha === undefined ? '' : ` (promised: ${alphaText(promised.alpha)} on average)`;
  return [
    `${marks.none}Clean accuracy ${style.bold(`${before} → ${after} %`)}.`,
    broken
      ? `${marks.bad}${alarms}, ${style.red(broken)}.`
      : `${promised.alpha === undefined ? marks.none : marks.good}${alarms}${kept}.`,
  ];
}

/** `above the promised 1 %` where the interval of false alarms leaves the promise out; else undefined. */
export function brokenPromise(falseAlarms: Rate, { alpha }: Pick<Promised, 'alpha'>): string | undefined {
  return alpha !== undefined && leavesOut(falseAlarms, alpha) === 'above'
    ? `above the promised ${alphaText(alpha)}`
    : undefined;
}

/** `1 %`, `0.5 %`. */
function alphaText(alpha: number): string {
  return `${Number((100 * alpha).toPrecision(3))} %`;
}

function triggerLine(
  { name, attackSuccessBefore: before, attackSuccess: now }: Evaluation['poisoned'][number],
  isNamed: boolean,
  { marks, style }: Look,
): string {
  const [shareBefore, shareNow] = [whole(before), whole(now)].map((share) => style.bold(share));
  const mark = before.rate <= USELESS ? marks.none : now.rate <= USELESS ? marks.good : marks.bad;
  const the = isNamed ? `${name}: the` : 'The';
  return `${mark}${the} trigger worked on ${shareBefore} of the images; now on ${shareNow}.`;
}

/** `99 %`; with a decimal where `0 %` or `100 %` would claim none, or all. */
function whole({ rate }: Rate): string {
  if (Number.isNaN(rate)) return 'none';
  const rounded = Math.round(100 * rate);
  const claims = (rounded === 0 && rate > 0) || (rounded === 100 && rate < 1);
  return claims ? oneDecimal(rate) : `${rounded} %`;
}

function oneDecimal(rate: number): string {
  if (Number.isNaN(rate)) return 'none';
  if (rate > 0 && rate < 0.0005) return 'under 0.1 %';
  if (rate < 1 && rate > 0.9995) return 'over 99.9 %';
  return `${(100 * rate).toFixed(1)} %`;
}
