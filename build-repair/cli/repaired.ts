import { cleanTable, inGroups } from '../evaluate/format';
import { cleanLines, promisedBy } from '../evaluate/outcome';
import { findingLines, findingOutcome } from '../finding/words';
import type * as library from '../index';
import { aloneLine, isUnrepaired, unrepairedLine } from '../repair/write/unrepaired';
import { type Look, plain } from '../terminal';

/** A repair that is done, and where its report is. */
export interface Repaired
  extends Pick<library.Repaired, 'manifest' | 'figures' | 'notices' | 'folder' | 'existed' | 'madeCurrent'> {
  /** The report's path, where one was written. */
  readonly report: string | undefined;
  /** The id of the key that signed the bundle, where one did. */
  readonly signedBy: string | undefined;
}

/** What a repair came to: the outcome first, then where it is, then the figures. */
export function repairedText(
  { manifest, figures, notices, folder, existed, madeCurrent, report, signedBy }: Repaired,
  look: Look = plain,
): string {
  const { finding, classNames, calibration } = manifest;
  const { style, marks } = look;
  const promised = promisedBy(manifest);
  const lines: string[] = [];
  if (finding) {
    const [what, but] = findingOutcome(finding, classNames);
    lines.push(finding.backdoored ? marks.bad + style.bold(what) : marks.none + what, marks.none + but);
  }
  const { repaired: alone } = manifest.measured;
  if (alone) {
    if (isUnrepaired(alone)) lines.push(marks.bad + style.bold(unrepairedLine(alone)));
    lines.push(marks.none + aloneLine(alone));
  }
  lines.push(...cleanLines(figures, promised, look), '');
  const about = [existed ? ' (it was there already)' : '', signedBy ? `, signed by ${signedBy}` : ''];
  if (!madeCurrent) about.push('; not made current');
  lines.push(`Bundle: ${folder}${about.join('')}`);
  if (report !== undefined) lines.push(`Report: ${report}`);
  const on =
    calibration.scheme === 'none'
      ? 'On the clean images, which the repaired net was made from'
      : `On ${figures.accuracy.n} clean images${inGroups(figures.groups)} that were held back, with 95 % intervals`;
  // It was made from most of these; what it does to others is told above.
  const { accuracyRepaired: _, ...others } = figures;
  lines.push('', style.bold(on), '', cleanTable(alone ? others : figures, promised, look));
  if (finding) lines.push('', ...findingLines(finding, classNames));
  if (notices.length > 0) lines.push('', ...notices.map((notice) => `${style.yellow('Note:')} ${notice}`));
  return lines.join('\n');
}
