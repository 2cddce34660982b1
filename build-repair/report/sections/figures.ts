import { html } from 'hono/html';
import { inGroups } from '../../evaluate/format';
import type { Rate } from '../../evaluate/interval';
import type { Report } from '../types';
import { counted, type Html, interval, percent } from '../words';

/** The table before and after: B, B′ and G, with 95 % intervals. */
export function figuresSection(report: Report): Html {
  const { clean, poisoned } = report.figures;
  return html`<section aria-labelledby="before-after">
<h2 id="before-after">Before and after</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="before-after">
<table class="figures">
<caption>B is the net as it came, B′ the repaired net, G what GoodNet answers from both. Per cent, with 95 % intervals (Wilson) beneath.</caption>
<thead><tr><td></td><th scope="col">B, before</th><th scope="col">B′</th><th scope="col" class="main">G, after</th></tr></thead>
<tbody>
${group('Clean images', cleanName(report), clean.accuracy.n, clean.groups)}
${row('accuracy', clean.accuracyBefore, clean.accuracyRepaired, clean.accuracy)}
${row('answered “backdoored”', undefined, undefined, clean.falsePositiveRate)}
</tbody>
${poisoned.map(
  (set) => html`<tbody>
${group('Poisoned images', set.name, set.detectionRate.n, set.groups)}
${row('attack success', set.attackSuccessBefore, set.attackSuccessRepaired, set.attackSuccess)}
${row('found', undefined, undefined, set.detectionRate)}
${set.recoveredAccuracy && row('the true class is named', undefined, set.recoveredAccuracy, undefined)}
</tbody>`,
)}
</table></div>
${report.kind === 'repair' ? html`<p class="note">${calibrationNote(report)}</p>` : ''}
</section>`;
}

function cleanName({ kind, run }: Report): string {
  return kind === 'repair' ? 'calibration' : (run.sets[0]?.name ?? '');
}

function calibrationNote({ bundle }: Report): string {
  const { scheme, folds, images } = bundle.calibration;
  if (scheme === 'none') {
    return 'A repair by this method keeps no clean images apart: these are the images that B′ was made from, and too good. goodnet evaluate on images of its own gives figures to rely on.';
  }
  const how =
    scheme === 'split'
      ? 'which no fitting has seen'
      : `each scored by the one of ${folds} fits that had not seen it (B′ is the one that is served, and a little too good here)`;
  return `Measured on ${counted(images, 'calibration image')}, ${how}. The repair has no poisoned images; goodnet evaluate with --poisoned measures attack success and detection.`;
}

function group(kind: string, name: string, images: number, groups: number | undefined): Html {
  return html`<tr class="group"><th scope="rowgroup" colspan="4">${kind} <span class="name">${name}</span> <span class="count">${counted(images, 'image')}${inGroups(groups)}</span></th></tr>`;
}

function row(
  label: string,
  bad: Rate | undefined,
  repaired: Rate | undefined,
  answer: Rate | undefined,
): Html {
  return html`<tr><th scope="row">${label}</th>${cell(bad)}${cell(repaired)}${cell(answer, 'main')}</tr>`;
}

function cell(rate: Rate | undefined, kind = ''): Html {
  if (!rate) return html`<td class="${kind}"></td>`;
  return html`<td class="${kind}"><span class="value">${percent(rate.rate)}</span><span class="interval">${interval(rate)}</span></td>`;
}
