import { rateOf } from '../evaluate/interval';
import type { Report } from './types';
import { counted, interval, percent } from './words';

/**
 * What it costs a class to be suspected: how often its own clean images are flagged, beside all; or that it costs it nothing,
 * where the finding does not count.
 */
export function costOf(target: number, { bundle, figures, observed }: Report): string | undefined {
  if (bundle.rule.kind !== 'calibrated') return undefined;
  const { suspected } = bundle.rule;
  if (!suspected?.classes.includes(target))
    return 'What it costs: nothing. That the class is named changes none of GoodNet’s answers: it would have taken the false alarms of other classes.';
  const dearer = `What it costs: pictures that the BadNet answers with this class need less evidence to be flagged, and its own clean pictures pay for it, flagged up to ${Number(suspected.worth.toFixed(1))} times as often as others.`;
  const { n, hits } = countOf(target, observed);
  if (n === 0) return `${dearer} There are none here to measure it with.`;
  const rate = rateOf(hits, n);
  const spread = figures.clean.groups === undefined ? `, 95 %: ${interval(rate)}` : '';
  return `${dearer} Measured here: ${hits} of its ${counted(n, 'clean picture')} (${percent(rate.rate)}${spread}); of all, ${percent(figures.clean.falsePositiveRate.rate)}.`;
}

function countOf(target: number, observed: Report['observed']): { n: number; hits: number } {
  const counts = { n: 0, hits: 0 };
  observed?.clean.labels.forEach((label, i) => {
    if (label !== target) return;
    counts.n++;
    counts.hits += observed.clean.flagged[i]!;
  });
  return counts;
}
