import { area, type Scored } from '../ablation/compare';

/** The area under the ROC curve and its 95 % interval. */
export interface Auroc {
  /** How often a poisoned image scores above a clean one, ties half: 0–1; NaN where there are none of either. */
  readonly area: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054;
/** Halvings of the unit interval: to 1e-12. */
const HALVINGS = 40;

/**
 * The area with an interval that holds near 1 and for few images, as Wilson's does for shares: where the area lies within 1.96 standard
 * errors of those that are not left out (Newcombe, Statistics in Medicine 2006, method 5; the variance after Hanley and McNeil 1982).
 * @param groups independent things among either kind of images, where they are fewer than these
 */
export function aurocOf(scored: Scored, groups = Number.POSITIVE_INFINITY): Auroc {
  const { clean, poisoned } = scored;
  if (clean.length === 0 || poisoned.length === 0) return { area: Number.NaN, low: 0, high: 1 };
  const found = area(scored);
  const [m, n] = [Math.min(clean.length, groups), Math.min(poisoned.length, groups)];
  return { area: found, low: lowest(found, m, n), high: 1 - lowest(1 - found, m, n) };
}

/** The least area that leaves the one that was found within 1.96 of its standard errors. */
function lowest(found: number, m: number, n: number): number {
  let [low, high] = [0, found];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (found - middle > Z * Math.sqrt(variance(middle, m, n))) low = middle;
    else high = middle;
  }
  return low;
}

function variance(area: number, m: number, n: number): number {
  const others = (m + n) / 2 - 1;
  const shared = (1 - area) / (2 - area) + area / (1 + area);
  return (area * (1 - area) * (1 + others * shared)) / (m * n);
}
