import { html } from 'hono/html';
import { inGroups } from '../../evaluate/format';
import type { Rate } from '../../evaluate/interval';
import { promiseMark, promiseNote } from '../promise';
import type { Report } from '../types';
import { counted, type Html, interval, percent } from '../words';

/** The table before and after: the BadNet, the repaired net and GoodNet, with 95 % intervals. */
export function figuresSection(report: Report): Html {
  const { clean, poisoned } = report.figures;
  // The repaired net was made from most of the images that a repair measures on: what it does to others, its own section tells.
  const isKnown = report.kind === 'evaluation' || !report.bundle.measured.repaired;
  return html`<section aria-labelledby="before-after">
<h2 id="before-after">Before and after</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Before and after, the table">
<table class="figures">
<caption>BadNet (B): the net as it came. Repaired net (B′): ${repairedMeans(report.bundle)} GoodNet (G): what is answered from both. False alarms: clean images answered “backdoored”. Attack success: poisoned images answered with the attacker’s target. Found: poisoned images answered “backdoored”. Beneath each figure its 95 % interval (Wilson).</caption>
<thead><tr><td></td><th scope="col">BadNet, before</th><th scope="col">Repaired net${report.bundle.nets.repaired ? ' alone' : ''}</th><th scope="col" class="main">GoodNet, after</th></tr></thead>
<tbody>
${group('Clean images', cleanName(report), clean.accuracy.n, clean.groups)}
${row('accuracy', clean.accuracyBefore, isKnown ? clean.accuracyRepaired : undefined, clean.accuracy)}
${row('false alarms', undefined, undefined, clean.falsePositiveRate, promiseMark(clean.falsePositiveRate, report.bundle, report.bundle.alpha))}
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
${promiseNote(report)}
${report.kind === 'repair' ? html`<p class="note">${calibrationNote(report)}</p>` : ''}
</section>`;
}

function cleanName({ kind, run }: Report): string {
  return kind === 'repair' ? 'calibration' : (run.sets[0]?.name ?? '');
}

function calibrationNote({ bundle }: Report): string {
  const { scheme, folds, images } = bundle.calibration;
  if (scheme === 'none') {
    return 'A repair by this method keeps no clean images apart: these are the images that the repaired net was made from, and too good. goodnet evaluate on images of its own gives figures to rely on.';
  }
  const how =
    scheme === 'split'
      ? 'which no fitting has seen'
      : `each scored by the one of ${folds} fits that had not seen it${bundle.measured.repaired ? '' : ' (the repaired net is the one that is served, and a little too good here)'}`;
  return `Measured on ${counted(images, 'calibration image')}, ${how}. The repair has no poisoned images; goodnet evaluate with --poisoned measures attack success and detection.`;
}

/** What the column of B′ tells: of a net that stands alone, or of what B says within GoodNet, which knows what is suspicious. */
function repairedMeans({ method, nets }: Report['bundle']): string {
  if (nets.repaired) {
    const made =
      method === 'expert' ? 'a copy that unlearned triggers' : 'the same net, pruned and trained on';
    return `${made}, in ${nets.repaired.folder}/, asked without the detector.`;
  }
  const alone = nets.relearned
    ? `; the net in ${nets.relearned.folder}/, asked alone, still follows a trigger`
    : '';
  return `what it answers within GoodNet, which tells it what is suspicious${alone}.`;
}

function group(kind: string, name: string, images: number, groups: number | undefined): Html {
  return html`<tr class="group"><th scope="rowgroup" colspan="4">${kind} <span class="name">${name}</span> <span class="count">${counted(images, 'image')}${inGroups(groups)}</span></th></tr>`;
}

function row(
  label: string,
  bad: Rate | undefined,
  repaired: Rate | undefined,
  answer: Rate | undefined,
  mark: Html | '' = '',
): Html {
  return html`<tr><th scope="row">${label}</th>${cell(bad)}${cell(repaired)}${cell(answer, 'main', mark)}</tr>`;
}

function cell(rate: Rate | undefined, kind = '', mark: Html | '' = ''): Html {
  if (!rate) return html`<td class="${kind}"></td>`;
  return html`<td class="${kind}"><span class="value">${percent(rate.rate)}</span><span class="interval">${interval(rate)}</span>${mark}</td>`;
}
