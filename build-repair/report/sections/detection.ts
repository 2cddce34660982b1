import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import { smallestAlpha, threshold } from '../../../models/detector/conformal';
import { first } from '../../../models/present';
import { detectionFigure, falsePositiveFigure, flaggedAt, type PValues } from '../figures/detection';
import { type Scores, suspicionFigure } from '../figures/suspicion';
import { promiseMark } from '../promise';
import type { Report } from '../types';
import { alphaText, count, type Html, percent } from '../words';

const TABLE_ALPHAS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

/** How suspicious clean and poisoned images are, and what that means for detection at every α. */
export function detectionSections(report: Report): Html {
  const { bundle, observed, figures, kind } = report;
  const sets: Scores[] = observed
    ? [observed.clean, ...observed.poisoned]
    : [{ name: 'calibration', poisoned: false, suspicion: Float32Array.from(bundle.calibration.scores) }];
  const cut = thresholdOf(bundle);
  return html`<section aria-labelledby="suspicion">
<h2 id="suspicion">Suspicion</h2>
${sets.some(({ suspicion }) => suspicion.length > 0) ? suspicionFigure(sets, cut, bundle.alpha) : html`<p>There are no scores.</p>`}
</section>
${observed && kind === 'evaluation' ? alphaSection(observed, figures, bundle) : ''}`;
}

function alphaSection(
  observed: NonNullable<Report['observed']>,
  figures: Report['figures'],
  bundle: Manifest,
): Html {
  const clean: PValues = { ...observed.clean, groups: figures.clean.groups };
  const poisoned: PValues[] = observed.poisoned.map((set, i) => ({
    ...set,
    groups: figures.poisoned[i]?.groups,
  }));
  const calibrated = bundle.rule.kind === 'calibrated';
  const chosen = calibrated ? bundle.alpha : undefined;
  const smallest = smallestAlpha(bundle.calibration.scores.length);
  const columns = [clean, ...poisoned];
  const alphas = [...new Set([...TABLE_ALPHAS, ...(chosen === undefined ? [] : [chosen])])].sort(
    (a, b) => a - b,
  );
  return html`<section aria-labelledby="alpha">
<h2 id="alpha">At other false-positive rates</h2>
<p class="note">α, the false-positive rate, is the share of clean images that may be flagged; it is chosen.</p>
${calibrated ? '' : html`<p>This bundle answers by disagreement, whatever α is: the curves tell what its score alone would give.</p>`}
${poisoned.length > 0 ? html`<h3>Poisoned images found</h3>${detectionFigure(poisoned, chosen, smallest)}` : ''}
<h3>Clean images flagged</h3>
${falsePositiveFigure(clean, chosen, smallest)}
<div class="scroll" tabindex="0" role="region" aria-label="Share of images flagged at each α">
<table class="plain alphas"><caption>Share of images flagged at each α.${first(TABLE_ALPHAS) < smallest ? ` Less than ${alphaText(smallest)} can’t be told from ${count(bundle.calibration.scores.length)} calibration images.` : ''}${calibrated ? ' “Above α” and “below α”: where the 95 % interval leaves it out.' : ''}</caption>
<thead><tr><th scope="col">α</th>${columns.map((set, i) => html`<th scope="col" class="${i === 0 ? '' : 'set'}">${i === 0 ? 'clean' : set.name}</th>`)}</tr></thead>
<tbody>${alphas.map(
    (alpha) =>
      html`<tr class="${alpha === chosen ? 'chosen' : ''}"><th scope="row">${alphaText(alpha)}</th>${columns.map((set, i) => html`<td>${alpha < smallest ? '–' : shareAt(alpha, set, i === 0 ? bundle : undefined)}</td>`)}</tr>`,
  )}</tbody></table></div>
</section>`;
}

/** @param promising of clean images: what promised the rate */
function shareAt(alpha: number, set: PValues, promising: Manifest | undefined): Html {
  const rate = flaggedAt(alpha, set);
  return html`${percent(rate.rate)}${promising && promiseMark(rate, promising, alpha, 'α')}`;
}

function thresholdOf({ rule, calibration, alpha }: Manifest): number | undefined {
  if (rule.kind !== 'calibrated') return undefined;
  const cut = threshold(Float32Array.from(calibration.scores), alpha);
  return Number.isFinite(cut) ? cut : undefined;
}
