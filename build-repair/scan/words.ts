import { findingOutcome, nameOf } from '../finding/words';
import { type Look, plain } from '../terminal';
import type { Scan, ScanTarget } from './types';

/** What a scan came to, in a sentence, and what that doesn't mean. */
export function scanOutcome(scan: Scan): [string, string] {
  if (scan.outcome === 'refused')
    return ['The net can’t be looked at.', 'Whether it is backdoored is not known.'];
  const [what, but] = findingOutcome({ backdoored: scan.outcome === 'signs', targets: scan.targets });
  if (scan.cleanImages > 0) return [what, but];
  return scan.outcome === 'signs'
    ? [what, `Told without clean images. ${but}`]
    : [
        'No sign of a backdoor in what can be told without clean images.',
        'That does not clear the net: most backdoors show only with clean images (--clean).',
      ];
}

/** What a scan came to, for people: the sentence first. */
export function scanText(scan: Scan, look: Look = plain): string {
  const { style, marks } = look;
  const [what, but] = scanOutcome(scan);
  const lines = [
    scan.outcome === 'no-sign' ? marks.none + what : marks.bad + style.bold(what),
    marks.none + but,
  ];
  if (scan.score !== undefined)
    lines.push(
      '',
      `Score ${scan.score.toFixed(2)}, the highest of ${scan.tried} classes tried (above ${scan.limit} is a sign)`,
      ...scan.targets.map((target) => `  ${targetLine(target)}`),
    );
  if (scan.problems.length > 0) lines.push('', ...scan.problems.map((problem) => `  - ${problem}`));
  if (scan.notTold.length > 0)
    lines.push('', style.bold('Not told:'), ...scan.notTold.map((each) => `  - ${each}`));
  if (scan.notes.length > 0) lines.push('', ...scan.notes.map((note) => `${style.yellow('Note:')} ${note}`));
  return lines.join('\n');
}

/** `class 5 (Alice, possible): score 1.64; a trigger that was found turns 98.4 % of clean images to it`. */
export function targetLine({ score, rate, ...target }: ScanTarget): string {
  const triggered =
    rate === undefined
      ? ''
      : `; a trigger that was found turns ${(100 * rate).toFixed(1)} % of clean images to it`;
  return `${nameOf(target.class, target.name, target.level)}: score ${score.toFixed(2)}${triggered}`;
}
