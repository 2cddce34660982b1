import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import type { Example, Outcome } from '../examples';
import type { ObservedSet } from '../observe';
import { imageOf } from '../picture';
import type { Report } from '../types';
import { className, count, type Html, percent, pText } from '../words';

const TITLES: Record<Outcome, string> = {
  right: 'Clean, named rightly',
  alarm: 'Clean, but flagged',
  wrong: 'Clean, named wrongly',
  found: 'Poisoned, found',
  missed: 'Poisoned, missed',
};

/** Images drawn at random from each outcome, with their verdicts. */
export async function examplesSection({ observed, bundle }: Report): Promise<Html> {
  if (!observed) return html``;
  const groups: Html[] = [];
  for (const outcome of ['right', 'alarm', 'wrong'] as const) {
    groups.push(await group(observed.clean, outcome, bundle));
  }
  for (const set of observed.poisoned) {
    for (const outcome of ['found', 'missed'] as const) groups.push(await group(set, outcome, bundle));
  }
  return html`<section aria-labelledby="examples">
<h2 id="examples">Examples</h2>
<p class="note">Drawn at random, up to six of each kind. <i>p</i> tells how often a clean image is at least as suspicious.</p>
${groups}
</section>`;
}

async function group(
  { examples, name, poisoned, count: total }: ObservedSet,
  outcome: Outcome,
  bundle: Manifest,
): Promise<Html> {
  const cards = await Promise.all(
    examples.of(outcome).map((example) => card(example, outcome, examples.shape, bundle)),
  );
  return html`<section class="examples ${outcome}">
<h3>${TITLES[outcome]}${poisoned ? html` <span class="name">${name}</span>` : ''} <span class="count">${count(examples.count(outcome))} of ${count(total)}</span></h3>
${cards.length === 0 ? html`<p class="note">None.</p>` : html`<ul class="cards">${cards}</ul>`}
</section>`;
}

async function card(
  { name, label, trueLabel, verdict, pixels }: Example,
  outcome: Outcome,
  shape: ObservedSet['examples']['shape'],
  bundle: Manifest,
): Promise<Html> {
  const say = (answer: number) => className(answer, bundle);
  const said = (answer: { class: number; probability: number }) =>
    `${bundle.classNames ? say(answer.class) : answer.class}, ${percent(answer.probability, 0)}`;
  const labelled = outcome === 'found' || outcome === 'missed' ? 'target' : 'label';
  // An image that was missed does no harm where the attacker's class is not the answer.
  const harmless = outcome === 'missed' && verdict.class !== label;
  const alt = `${name}: G says ${say(verdict.class)}`;
  return html`<li>${await imageOf(pixels, shape, alt)}
<p class="verdict${harmless ? ' harmless' : ''}">${say(verdict.class)}</p>
<dl><dt>${labelled}</dt><dd>${short(label, bundle)}</dd>
${trueLabel === undefined ? '' : html`<dt>is</dt><dd>${short(trueLabel, bundle)}</dd>`}
<dt>B</dt><dd>${said(verdict.bad)}</dd><dt>B′</dt><dd>${said(verdict.repaired)}</dd><dt><i>p</i></dt><dd>${pText(verdict.pValue)}</dd></dl>
<p class="name">${name.slice(name.lastIndexOf('/') + 1)}</p></li>`;
}

function short(label: number, bundle: Manifest): string {
  return bundle.classNames ? className(label, bundle) : String(label);
}
