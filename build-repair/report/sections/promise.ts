import { html } from 'hono/html';
import { leavesOut } from '../../evaluate/interval';
import type { Report } from '../types';
import { alphaText, type Html, interval, percent } from '../words';

/** That the interval of false alarms leaves out what was promised, with the likely cause: the first thing to know; nothing where it doesn't. */
export function promiseSection({ figures, bundle, likelyCause }: Report): Html {
  const rate = figures.clean.falsePositiveRate;
  const side = leavesOut(rate, bundle.alpha);
  if (!likelyCause || !side) return html``;
  return html`<section aria-labelledby="promise">
<h2 id="promise">False alarms: <span class="mark ${side}">${percent(rate.rate)}, ${side} the promised ${alphaText(bundle.alpha)}</span></h2>
<p>95 %: ${interval(rate)}. Likely cause: ${likelyCause}.</p>
</section>`;
}
