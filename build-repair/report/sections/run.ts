import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import { KINDS } from '../../../models/detector/evidence/kinds';
import { ASK_ALL, firstKinds } from '../../../models/detector/score';
import { describePixels } from '../../../models/pixels';
import type { Report, Run } from '../types';
import { alphaText, count, counted, duration, type Html } from '../words';

/** What was run, on what, how long, and what it went without. */
export function runSection({ bundle, run, kind }: Report): Html {
  const { calibration, input, made, tools } = bundle;
  return html`<section aria-labelledby="run">
<h2 id="run">What was run</h2>
${withoutPart(bundle)}
<h3>${kind === 'repair' ? 'This repair' : 'This evaluation'}</h3>
<dl class="facts">
${run.inputs.map(({ label, value }) => fact(label, value))}
${fact('Engine', run.engine)}
${fact('Started', `${run.started.toISOString().slice(0, 16).replace('T', ' ')} UTC`)}
${fact('Took', duration(run.seconds))}
</dl>
${setsTable(run)}
${stagesTable(run)}
<h3>The bundle</h3>
<p class="note">In notes of the repair, and in what the evidence asks, B is the BadNet, B′ the repaired net, G GoodNet, and E the copy of the BadNet that was made to forget.</p>
<dl class="facts">
${fact('Name', bundle.name)}
${fact('Id', bundle.id)}
${fact('Method', bundle.method)}
${fact('False-positive rate α', bundle.rule.kind === 'calibrated' ? alphaText(bundle.alpha) : 'not used: backdoored is where both nets disagree')}
${fact('Evidence', evidenceText(bundle.rule))}
${bundle.rule.kind === 'calibrated' ? fact('What it asks', questionsOf(bundle.rule)) : ''}
${fact('Calibration', calibrationText(calibration))}
${fact('Seed', String(made.seed))}
${fact('Made on', made.engine)}
${fact('Made from', `${made.clean.name}, ${counted(made.clean.images, 'clean image')}${made.clean.skipped > 0 ? `, ${count(made.clean.skipped)} left out as unreadable` : ''}`)}
${fact('Images in it', keptText(bundle))}
${fact('Net', `${count(bundle.classes)} classes; images of ${input.height} × ${input.width} × ${input.channels}, pixels ${describePixels(input.pixels)}`)}
${made.notes.map((note) => fact('Note', note))}
${fact(
  'Made with',
  Object.entries(tools)
    .map(([tool, version]) => `${tool} ${version}`)
    .join(', '),
)}
</dl>
</section>`;
}

function keptText({ transplant, gallery, kept }: Manifest): string {
  const features = gallery
    ? `features of ${counted(gallery.count, 'clean image')}`
    : 'no features of single images';
  if (!transplant) return `none, ${features}`;
  const from = kept?.from === 'given' ? `of ${kept.name}, given to be kept` : 'of the clean ones';
  return `${transplant.count} ${from}; ${features}`;
}

function withoutPart({ without }: Manifest): Html {
  if (without.length === 0) return html`<p>No kind of evidence is missing from this bundle.</p>`;
  return html`<h3>Evidence that this bundle goes without</h3>
<p class="note">B is the BadNet.</p>
<ul>${without.map(({ evidence, reason }) => html`<li><strong>${evidence}</strong>: ${reason}</li>`)}</ul>`;
}

function evidenceText(rule: Manifest['rule']): string {
  if (rule.kind === 'disagreement') return 'disagreement of the BadNet and the repaired net';
  const { transplant } = rule;
  const kinds =
    transplant &&
    `transplant (of ${transplant.askFrom === ASK_ALL ? 'every image' : 'the most suspicious images'})`;
  return [...firstKinds(rule), ...(kinds ? [kinds] : [])].join(', ');
}

/** What each kind of evidence asks of an image that a bundle decides by. */
function questionsOf(rule: Extract<Manifest['rule'], { kind: 'calibrated' }>): string {
  const names = new Set([...firstKinds(rule), ...(rule.transplant ? ['transplant'] : [])]);
  const kinds = KINDS.filter(({ name }) => names.has(name));
  return kinds.map(({ name, asks }) => `${name}: ${asks}`).join(' ');
}

function calibrationText({ scheme, folds, images, groups }: Manifest['calibration']): string {
  if (scheme === 'none') return 'none: the rule needs no calibration';
  const how = scheme === 'split' ? 'one split' : `cross-fitted, ${folds} folds`;
  const together = groups < images ? `, in ${counted(groups, 'group')} kept together` : '';
  return `${counted(images, 'clean image')}, ${how}${together}`;
}

function setsTable({ sets }: Run): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Images read">
<table class="plain"><caption>Images read.</caption>
<thead><tr><th scope="col">set</th><th scope="col" class="left">for</th><th scope="col">images</th><th scope="col">left out as unreadable</th></tr></thead>
<tbody>${sets.map(({ name, role, images, skipped }) => html`<tr><th scope="row">${name}</th><td class="left">${role}</td><td>${count(images)}</td><td>${count(skipped)}</td></tr>`)}</tbody></table></div>`;
}

function stagesTable({ stages }: Run): Html {
  if (stages.length === 0) return html``;
  return html`<table class="plain"><caption>The stages that took longest.</caption>
<thead><tr><th scope="col">stage</th><th scope="col">took</th></tr></thead>
<tbody>${stages.map(({ stage, seconds }) => html`<tr><th scope="row">${stage}</th><td>${duration(seconds)}</td></tr>`)}</tbody></table>`;
}

function fact(label: string, value: string): Html {
  return html`<dt>${label}</dt><dd>${value}</dd>`;
}
