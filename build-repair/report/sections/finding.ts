import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import { pngImage } from '../picture';
import type { Finding, FindingTarget, Report } from '../types';
import { className, counted, type Html, list, percent } from '../words';

/** As many target classes as a heading can hold. */
const NAMED = 4;

/** Whether B looks backdoored, and toward which classes: what the eye meets first. */
export async function findingSection({ finding, bundle, kind }: Report): Promise<Html> {
  if (!finding) {
    const run = kind === 'repair' ? 'This run' : 'The repair that made this bundle';
    return html`<section class="finding none" aria-labelledby="finding">
<h2 id="finding">No finding about B</h2>
<p>${run} did not ask whether the net itself is backdoored. What follows tells how the repaired net answers.</p>
</section>`;
  }
  const { backdoored, score, targets, against } = finding;
  const when = kind === 'repair' ? '' : ' Found by the repair that made this bundle.';
  const cards = await Promise.all(targets.map((target) => card(target, bundle)));
  return html`<section class="finding${backdoored ? ' backdoored' : ''}" aria-labelledby="finding">
<p class="overline">Is the net backdoored?</p>
<h2 id="finding">${heading(finding, bundle)}</h2>
<p>Score <strong>${number(score)}</strong>. ${against}${when}</p>
${cards.length > 0 ? html`<ul class="targets">${cards}</ul>` : ''}
</section>`;
}

function heading({ backdoored, targets }: Finding, bundle: Manifest): string {
  if (!backdoored) return 'No sign of a backdoor was found, which clears no net';
  if (targets.length === 0) return 'Signs of a backdoor';
  const names = targets.slice(0, NAMED).map((target) => nameOf(target, bundle));
  const more = targets.length - names.length;
  return `Signs of a backdoor toward ${list(more > 0 ? [...names, counted(more, 'more class', 'more classes')] : names)}`;
}

async function card(target: FindingTarget, bundle: Manifest): Promise<Html> {
  const name = nameOf(target, bundle);
  const picture =
    target.triggerPng && (await pngImage(target.triggerPng, `The trigger recovered for ${name}`));
  return html`<li>
${picture}
<div><h3>${capital(name)}</h3>
<p class="rate"><strong>${percent(target.rate)}</strong> of clean images turn to it under the recovered trigger</p>
<p>${target.evidence}</p></div>
</li>`;
}

function nameOf(target: FindingTarget, bundle: Manifest): string {
  return target.name === undefined ? className(target.class, bundle) : `${target.class} (${target.name})`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function number(score: number): string {
  return Number.isInteger(score) ? String(score) : String(Number(score.toPrecision(3)));
}
