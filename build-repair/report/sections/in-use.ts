import { html } from 'hono/html';
import { smallestAlpha } from '../../../models/detector/conformal';
import { AT_BEST, CHOSEN_ALPHAS, type FlagRates, PREVALENCES, precision } from '../../evaluate/precision';
import { flaggedAt } from '../figures/detection';
import type { Report } from '../types';
import { alphaText, count, type Html, percent } from '../words';

/** What the false-positive rate means in use: how many flags are of poisoned images, by how rare these are. */
export function inUseSection(report: Report): Html {
  const { bundle } = report;
  if (bundle.rule.kind !== 'calibrated') return html``;
  const smallest = smallestAlpha(bundle.calibration.scores.length);
  const alphas = [...new Set([...CHOSEN_ALPHAS, bundle.alpha])].sort((a, b) => a - b);
  const ratesAt = ratesOf(report);
  return html`<section aria-labelledby="in-use">
<h2 id="in-use">What α means in use</h2>
<p class="note">Of the pictures that GoodNet flags, how many are really poisoned? That depends on how many there are: where one in a thousand is, most flags are false alarms, whatever finds them. ${basis(report)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Share of flags that are right, by α and by how many pictures are poisoned">
<table class="plain in-use"><caption>Share of flagged pictures that are poisoned, where so many of all pictures are.</caption>
<thead><tr><th scope="col">α</th>${PREVALENCES.map((each) => html`<th scope="col">1 in ${count(Math.round(1 / each))}</th>`)}</tr></thead>
<tbody>${alphas.map(
    (alpha) =>
      html`<tr class="${alpha === bundle.alpha ? 'chosen' : ''}"><th scope="row">${alphaText(alpha)}</th>${PREVALENCES.map((each) => html`<td>${alpha < smallest ? '–' : percent(precision(each, ratesAt(alpha)))}</td>`)}</tr>`,
  )}</tbody></table></div>
</section>`;
}

/** What is flagged at each α: of the poisoned set of which the least is found, and of the clean images, but no less than α. */
function ratesOf({ kind, observed }: Report): (alpha: number) => FlagRates {
  const poisoned = kind === 'evaluation' ? (observed?.poisoned ?? []) : [];
  if (!observed || poisoned.length === 0) return (alpha) => ({ detection: AT_BEST, falseAlarms: alpha });
  return (alpha) => ({
    detection: Math.min(...poisoned.map((set) => flaggedAt(alpha, set).rate)),
    falseAlarms: Math.max(alpha, flaggedAt(alpha, observed.clean).rate),
  });
}

function basis({ kind, observed }: Report): string {
  const sets = kind === 'evaluation' ? (observed?.poisoned.length ?? 0) : 0;
  if (sets === 0)
    return 'No poisoned images were measured. Assumed is the best that can be: all poisoned pictures are found, and α of the clean ones are flagged. Where fewer are found, fewer flags are right.';
  const found =
    sets === 1 ? 'were found here' : 'were found of that poisoned set here of which the fewest were';
  return `By what was measured here: as many of the poisoned pictures are found as ${found}. As many of the clean ones are flagged as were here, or α of them where that is more.`;
}
