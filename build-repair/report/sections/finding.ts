import { html } from 'hono/html';
import { LEVELS, type Level } from '../../../models/bundle/levels';
import type { Manifest } from '../../../models/bundle/manifest';
import { first, last } from '../../../models/present';
import { list } from '../../list';
import { costOf } from '../cost';
import type { Finding, FindingTarget, Report } from '../types';
import { className, counted, type Html, percent } from '../words';
import { patternPictures } from './pattern';

/** As many possible targets as a heading can hold. */
const NAMED = 4;

/** Kinds of backdoors that the search is not made for (docs/method.md). */
const MISSED = [
  'faint triggers all over the picture: blends, gratings, warps, colour filters',
  'small patterns that are like no patch of noise, plain colour or chequers',
  'triggers that work on pictures of some classes only (source-specific)',
  'another target for each class (all-to-all)',
  'things in the scene, such as a real hat',
];

/** Whether B looks backdoored, and toward which classes: what the eye meets first. */
export async function findingSection(report: Report): Promise<Html> {
  const { finding, kind } = report;
  if (!finding) {
    if (kind === 'evaluation') return html``;
    return html`<section class="finding none" aria-labelledby="finding">
<h2 id="finding">Not asked: is the net itself backdoored?</h2>
<p>What follows tells how GoodNet answers.</p>
</section>`;
  }
  const { backdoored, targets, how } = finding;
  const when = kind === 'repair' ? '' : ' This was found by the repair that made this bundle.';
  const cards: Html[] = [];
  for (const target of targets) cards.push(await card(target, report));
  return html`<section class="finding${backdoored ? ' backdoored' : ''}" aria-labelledby="finding">
<p class="overline">Is the net backdoored?</p>
<h2 id="finding">${heading(finding, report.bundle)}</h2>
${targets.length > 0 ? html`<p class="beside">Classes that are named may be innocent.</p>` : ''}
<p>${inOneSentence(finding)}</p>
<details><summary>How this is told</summary><p>${how}${when}</p></details>
${whatToDo(finding, report.bundle)}
${cards.length > 0 ? html`<ul class="targets">${cards}</ul>` : ''}
</section>`;
}

function heading({ backdoored, targets }: Finding, bundle: Manifest): string {
  if (!backdoored) return 'No sign of a backdoor was found, which clears no net';
  if (targets.length === 0) return 'Signs of a backdoor';
  const shown = targets.slice(0, NAMED);
  const more = targets.length - shown.length;
  const groups = LEVELS.flatMap((level) => {
    const names = shown.filter((target) => levelOf(target) === level).map((target) => nameOf(target, bundle));
    return names.length > 0 ? [{ level, names }] : [];
  });
  if (more > 0) last(groups).names.push(counted(more, 'more class', 'more classes'));
  const groupTexts = groups.map(
    ({ level, names }) => `${level} ${names.length === 1 ? 'target' : 'targets'}: ${list(names)}`,
  );
  return ['Signs of a backdoor', ...groupTexts].join('; ');
}

/** Bundles of before have no levels: their classes were called possible targets. */
function levelOf({ level = 'possible' }: FindingTarget): Level {
  return level;
}

function inOneSentence({ backdoored, targets }: Finding): string {
  if (!backdoored)
    return 'No pattern was found that turns clean pictures to one class, more surely than in the clean nets that we tried, and none makes the net much surer of one class than of others.';
  const found =
    targets.length === 1
      ? 'A pattern was found that turns clean pictures to this class'
      : 'Patterns were found that turn clean pictures to these classes';
  return `${found}, more surely than in any clean net that we tried.`;
}

function whatToDo({ backdoored }: Finding, { nets: { relearned, repaired } }: Manifest): Html {
  if (!backdoored)
    return html`<p class="todo"><strong>What to do:</strong> serve GoodNet (this bundle) all the same: it judges each picture by itself, whatever was found here. These kinds of backdoors can be missed:</p>
<ul class="missed-kinds">${MISSED.map((kind) => html`<li>${kind}</li>`)}</ul>`;
  const alone = relearned
    ? html` The net in <code>${relearned.folder}/</code>, asked alone, still follows the trigger.${repaired ? html` What stands alone is the net in <code>${repaired.folder}/</code>.` : ''}`
    : '';
  return html`<p class="todo"><strong>What to do:</strong> serve GoodNet (this bundle), not the BadNet itself, and don’t pass the net on.${alone}</p>`;
}

async function card(target: FindingTarget, report: Report): Promise<Html> {
  const name = nameOf(target, report.bundle);
  const cost = costOf(target.class, report);
  return html`<li>
<h3>${capitalised(levelOf(target))} target: ${name}</h3>
<div class="evidence">${await patternPictures(target, name, report.bundle)}
<div class="said"><p class="rate"><strong>${percent(target.rate)}</strong> of clean pictures of other classes turn to it under this pattern: one that works, which need not be the attacker’s. ${target.evidence}</p>
${cost && html`<p class="cost">${cost}</p>`}</div></div>
</li>`;
}

function capitalised(text: string): string {
  return first(text).toUpperCase() + text.slice(1);
}

function nameOf(target: FindingTarget, bundle: Manifest): string {
  return target.name === undefined ? className(target.class, bundle) : `${target.class} (${target.name})`;
}
