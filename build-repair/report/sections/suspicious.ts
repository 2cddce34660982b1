import { html } from 'hono/html';
import type { Example, VerdictOutcome } from '../examples';
import type { Report } from '../types';
import type { Html } from '../words';
import { card } from './card';
import { isExplainedBefore, P_VALUE, WHERE } from './examples';

/** The most suspicious clean images: whether the false alarms make sense can be seen. */
export async function suspiciousSection(report: Report): Promise<Html> {
  const { observed, bundle, kind, figures, places } = report;
  if (!observed || observed.clean.mostSuspicious.length === 0) return html``;
  const { mostSuspicious, examples } = observed.clean;
  const cards = await Promise.all(
    mostSuspicious.map((image) => card(image, outcomeOf(image), examples.shape, bundle, places?.get(image))),
  );
  const grouped = figures.clean.groups !== undefined;
  const which = kind === 'repair' ? 'calibration images' : 'clean images';
  return html`<section aria-labelledby="suspicious">
<h2 id="suspicious">The most suspicious clean images</h2>
<p class="note">The ${mostSuspicious.length} ${which} that GoodNet found most suspicious, the most first${grouped ? ' (one of each group)' : ''}. Such images are often mislabelled, or odd: look whether the false alarms make sense. In bold: what GoodNet answers. ${P_VALUE}${isExplainedBefore(report) ? ` ${WHERE}` : ''}</p>
<ul class="cards">${cards}</ul>
</section>`;
}

function outcomeOf({ verdict, label }: Example): VerdictOutcome {
  if (verdict.backdoored) return 'alarm';
  return verdict.class === label ? 'right' : 'wrong';
}
