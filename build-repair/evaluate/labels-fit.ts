import { LEAST_ACCURACY } from '../repair/choose/least-accuracy';
import type { Rate } from './interval';

/** Accuracy below that on the images it was made with, 0–1. Origin: by hand: images of another camera cost less. */
const FELL = 0.2;

/**
 * What is to be said where the net that was given names few of the clean images rightly, and named more of those that the bundle was made
 * with: labels, their order or the pixels don't fit, and every figure is worth little.
 * @param set the set's name
 * @param now accuracy of the net on the set
 * @param made the same, 0–1, on the images that the bundle was made with
 * @returns a sentence, or undefined where there is nothing to say
 */
export function labelsNotice(set: string, now: Pick<Rate, 'n' | 'rate'>, made: number): string | undefined {
  if (now.n === 0 || now.rate >= LEAST_ACCURACY || now.rate >= made - FELL) return undefined;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return `${set}: the net names ${percent(now.rate)} of these clean images rightly, and ${percent(made)} of those that the bundle was made with. Do the labels have the bundle's order (folders are taken in the order of their names), and the pixels its range and order of colours? If not, the figures mean nothing.`;
}
