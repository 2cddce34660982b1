// From a file of its own: the command line tells of it without loading what trains.
import { NOT_REPAIRED } from '../unlearn/not-repaired';
import type { AloneFigures } from '../unlearn/stand-alone';

/** Whether too much is left of the triggers that GoodNet implanted itself. @param alone undefined where that was not measured */
export function isUnrepaired(alone: Pick<AloneFigures, 'implanted'> | undefined): boolean {
  return alone !== undefined && alone.implanted.after > NOT_REPAIRED;
}

/** Of a net that is not repaired: `Not repaired: 34 % of the images with an implanted trigger still follow it.` */
export function unrepairedLine({ implanted }: Pick<AloneFigures, 'implanted'>): string {
  return `Not repaired: ${whole(implanted.after)} of the images with an implanted trigger still follow it.`;
}

/**
 * What a repaired net does by itself, in one sentence.
 *
 * @example
 * aloneLine({ images: 500, accuracyBefore: 0.98, accuracy: 0.97, implanted: { before: 1, after: 0.02 } });
 * // 'Repaired net alone: clean accuracy 98.0 → 97.0 %; implanted triggers 100 % → 2 %.'
 */
export function aloneLine({ accuracyBefore, accuracy, implanted }: AloneFigures): string {
  const [was, is] = [accuracyBefore, accuracy].map((share) => (100 * share).toFixed(1));
  return `Repaired net alone: clean accuracy ${was} → ${is} %; implanted triggers ${whole(implanted.before)} → ${whole(implanted.after)}.`;
}

/** What there is to tell of a repaired net by itself, the worst first. */
export function aloneLines(alone: AloneFigures): string[] {
  return [...(isUnrepaired(alone) ? [unrepairedLine(alone)] : []), aloneLine(alone)];
}

/** `34 %`; with a decimal where that would claim none, all, or the limit. */
function whole(share: number): string {
  const rounded = Math.round(100 * share);
  const claims = [0, 100 * NOT_REPAIRED, 100].includes(rounded) && rounded !== 100 * share;
  return `${(100 * share).toFixed(claims ? 1 : 0)} %`;
}
