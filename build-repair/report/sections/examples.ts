import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import type { VerdictOutcome } from '../examples';
import type { ObservedSet } from '../observe';
import type { Report } from '../types';
import { count, type Html } from '../words';
import { card } from './card';

const TITLES: Record<VerdictOutcome, string> = {
  right: 'Clean, named rightly',
  alarm: 'Clean, but flagged',
  wrong: 'Clean, named wrongly',
  found: 'Poisoned, found',
  missed: 'Poisoned, missed',
};

/** What the cards' p-value is. */
export const P_VALUE = 'The p-value tells how often a clean image is at least as suspicious.';

/** What the second picture of a card is. */
export const WHERE =
  'Below a flagged picture it is shown again: in red the parts that the net’s answer depends on, and in a white box the place without which it names another class; no box where that is no one place. In a clean picture that may be what it shows.';

/** Whether the most suspicious images, which come first, are shown with where: then it is said there what that is. */
export function isExplainedBefore({ observed, places }: Report): boolean {
  return observed?.clean.mostSuspicious.some((image) => places?.has(image)) ?? false;
}

/** Images drawn at random from each outcome, with their verdicts. */
export async function examplesSection(report: Report): Promise<Html> {
  const { observed, bundle, kind, places } = report;
  if (!observed || kind === 'repair') return html``;
  const groups: Html[] = [];
  // Where there are few alarms, the most suspicious images are all of them.
  const { examples, mostSuspicious } = observed.clean;
  const outcomes =
    examples.count('alarm') > mostSuspicious.length
      ? (['alarm', 'wrong', 'right'] as const)
      : (['wrong', 'right'] as const);
  for (const outcome of outcomes) {
    groups.push(await group(observed.clean, outcome, bundle, places));
  }
  for (const set of observed.poisoned) {
    for (const outcome of ['found', 'missed'] as const)
      groups.push(await group(set, outcome, bundle, places));
  }
  return html`<section aria-labelledby="examples">
<h2 id="examples">Examples</h2>
<p class="note">Drawn at random, up to five of each kind. ${P_VALUE}${places?.size && !isExplainedBefore(report) ? ` ${WHERE}` : ''}</p>
${groups}
</section>`;
}

async function group(
  { examples, name, poisoned, count: total }: ObservedSet,
  outcome: VerdictOutcome,
  bundle: Manifest,
  places: Report['places'],
): Promise<Html> {
  const cards = await Promise.all(
    examples
      .of(outcome)
      .map((example) => card(example, outcome, examples.shape, bundle, places?.get(example))),
  );
  return html`<section class="examples ${outcome}">
<h3>${TITLES[outcome]}${poisoned ? html` <span class="name">${name}</span>` : ''} <span class="count">${count(examples.count(outcome))} of ${count(total)}</span></h3>
${cards.length === 0 ? html`<p class="note">None.</p>` : html`<ul class="cards">${cards}</ul>`}
</section>`;
}
