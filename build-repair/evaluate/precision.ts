/** Shares of pictures that are really poisoned, from one in ten to one in ten thousand. */
export const PREVALENCES = [1 / 10, 1 / 100, 1 / 1000, 1 / 10_000] as const;

/** False-positive rates α that people choose among, 0–1. */
export const CHOSEN_ALPHAS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05] as const;

/** The share of poisoned pictures that is assumed to be found, where none was measured. Origin: no choice: the most. */
export const AT_BEST = 1;

/** What is done to pictures, as shares of 0–1. */
export interface FlagRates {
  /** Of poisoned pictures, those that are flagged. */
  readonly detection: number;
  /** Of clean pictures, those that are flagged. */
  readonly falseAlarms: number;
}

/**
 * Of flagged pictures, the share that is really poisoned (the positive predictive value: Bayes' theorem).
 * @param prevalence of all pictures, the share that is poisoned, 0–1
 * @returns 0–1; NaN where nothing is flagged
 * @example precision(0.001, { detection: 1, falseAlarms: 0.01 }) // 0.091: of eleven flags one
 */
export function precision(prevalence: number, { detection, falseAlarms }: FlagRates): number {
  const found = detection * prevalence;
  return found / (found + falseAlarms * (1 - prevalence));
}
