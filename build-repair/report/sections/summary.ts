import { html } from 'hono/html';
import type { Rate } from '../../evaluate/interval';
import { promiseMark } from '../promise';
import type { Report } from '../types';
import { alphaText, type Html, interval, percent } from '../words';

/** The few figures that matter most, large. */
export function summarySection({ figures, bundle }: Report): Html {
  const { clean, poisoned } = figures;
  const worst = <T>(items: readonly T[], by: (item: T) => number) =>
    items.reduce<T | undefined>(
      (found, item) => (found === undefined || by(item) > by(found) ? item : found),
      undefined,
    );
  const least = worst(poisoned, ({ detectionRate }) => -detectionRate.rate);
  const most = worst(poisoned, ({ attackSuccess }) => attackSuccess.rate);
  return html`<section class="summary" aria-label="The main figures"><dl>
${tile('Clean accuracy', clean.accuracy, `of GoodNet; the BadNet, before: ${percent(clean.accuracyBefore.rate)}`)}
${tile('False alarms', clean.falsePositiveRate, falseNote(bundle.rule.kind, bundle.alpha), promiseMark(clean.falsePositiveRate, bundle, bundle.alpha))}
${least && tile('Poison found', least.detectionRate, ofSeveral('least', least.name, poisoned.length))}
${most && tile('Attacks that succeed', most.attackSuccess, `the BadNet, before: ${percent(most.attackSuccessBefore.rate)}${poisoned.length > 1 ? `; ${ofSeveral('most', most.name, poisoned.length)}` : ''}`)}
</dl></section>`;
}

function ofSeveral(which: 'least' | 'most', name: string, sets: number): string {
  return sets > 1 ? `the ${which} of ${sets} sets: ${name}` : name;
}

function falseNote(rule: 'calibrated' | 'disagreement', alpha: number): string {
  return rule === 'calibrated'
    ? `clean images flagged; promised: ${alphaText(alpha)}`
    : 'clean images where the BadNet and the repaired net disagree';
}

function tile(label: string, rate: Rate, note: string, mark: Html | '' = ''): Html {
  return html`<div><dt>${label}</dt><dd><strong>${percent(rate.rate)}</strong><span class="interval">95 %: ${interval(rate)}</span>${mark}<span class="note">${note}</span></dd></div>`;
}
