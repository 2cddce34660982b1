import { CSV_HEAD, csvLine } from '../csv';
import type { Result } from './result';

/** The answers as CSV, as `goodnet screen` writes it. */
export function csvOf(results: readonly Result[]): string {
  return CSV_HEAD + results.map(lineOf).join('');
}

function lineOf({ name: image, model: { model }, alpha, outcome }: Result): string {
  if ('error' in outcome)
    return csvLine({ image, model, alpha, error: outcome.error.detail ?? outcome.error.title });
  return csvLine({ image, model, alpha, verdict: outcome, className: outcome.className });
}
