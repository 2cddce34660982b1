import { join } from 'node:path';
import { present } from '../../models/present';
import { evaluationText } from '../evaluate/format';
import { outcomeLines, promisedBy } from '../evaluate/outcome';
import { findingOutcome } from '../finding/words';
import { list } from '../list';
import { isUnrepaired, unrepairedLine } from '../repair/write/unrepaired';
import { type Look, plain } from '../terminal';
import type { DemoResult } from './run';

/** What the demo tells at its end: the outcome, where to look, the figures, and what to try. @param report its path */
export function demoText(result: DemoResult, out: string, report: string, look: Look = plain): string {
  const { data, store, model, repaired, figures } = result;
  const { manifest } = repaired;
  const { repaired: alone } = manifest.measured;
  const { style, marks } = look;
  const promised = promisedBy(manifest);
  const targets = data.poisoned.map(({ trigger, target }) => ({ class: target, trigger }));
  const finding = present(manifest.finding, 'The finding');
  const [what] = findingOutcome(finding, manifest.classNames);
  const paths = [
    [report, 'the report: open it in a browser'],
    [data.sheetPng, 'the faces, clean and with each trigger'],
    [join(out, 'images'), 'all images'],
    [store, `the bundle; served, the model is called "${model}"`],
  ] as const;
  const width = Math.max(...paths.map(([path]) => path.length));
  return [
    ...outcomeLines(figures, promised, look),
    ...(alone && isUnrepaired(alone) ? [`${marks.bad}${unrepairedLine(alone)}`] : []),
    `${marks.none}${what}`,
    `${marks.none}${comparedWith(targets, finding.targets)}`,
    '',
    style.bold('Where to look:'),
    ...paths.map(([path, is]) => `  ${path.padEnd(width)}   ${is}`),
    '',
    evaluationText(figures, promised, look),
    '',
    style.bold(`Over HTTP, POST /v1/models/${model}/classify:`),
    ...result.answers.map(
      ({ image, verdict }) =>
        `  ${image}: ${verdict.backdoored ? `backdoored (class ${verdict.class})` : `class ${verdict.class}`}; the BadNet alone says class ${verdict.bad.class}`,
    ),
    '',
    style.bold('Try it:'),
    `  npx goodnet serve ${store} --samples ${data.samples}`,
    'Then open http://127.0.0.1:8080, or ask from another terminal:',
    `  curl --data-binary @${data.triggeredPng} http://127.0.0.1:8080/v1/models/${model}/classify`,
  ].join('\n');
}

/** How what the search named stands to what the attacker did, which is known here. */
export function comparedWith(
  attacked: readonly { readonly class: number; readonly trigger: string }[],
  named: readonly { readonly class: number }[],
): string {
  const found = new Set(named.map((target) => target.class));
  const real = new Set(attacked.map((target) => target.class));
  const classes = (some: readonly { readonly class: number }[]) =>
    list(some.map((target) => `class ${target.class}`));
  const missed = attacked.filter((target) => !found.has(target.class));
  const innocent = named.filter((target) => !real.has(target.class));
  const truth = `The attacker’s targets: ${list(attacked.map((target) => `class ${target.class} (${target.trigger})`))}.`;
  const judged = [
    missed.length > 0 ? ` The search missed ${classes(missed)}.` : '',
    innocent.length > 0 ? ` Innocent, though named: ${classes(innocent)}.` : '',
  ].join('');
  return `${truth}${judged || ' The search named just these.'}`;
}
