import { html } from 'hono/html';
import type { Manifest } from '../../models/bundle/manifest';
import { leavesOut, type Rate } from '../evaluate/interval';
import type { Report } from './types';
import { alphaText, count, type Html } from './words';

/** With fewer calibration images than these the rate that comes of them varies much. */
const FEW = 1000;

/** Marks a rate of clean images flagged whose interval leaves out what was promised; nothing where it holds it. */
export function promiseMark(
  rate: Rate,
  { rule }: Manifest,
  alpha: number,
  promised = `the promised ${alphaText(alpha)}`,
): Html {
  const side = rule.kind === 'calibrated' ? leavesOut(rate, alpha) : undefined;
  if (!side) return html``;
  return html`<span class="mark ${side}">${side} ${promised}</span>`;
}

/** Why clean images may be flagged more or less often than was promised, as far as can be known; nothing where they are not. */
export function promiseNote({ figures, bundle, kind }: Report): Html {
  const { falsePositiveRate, groups } = figures.clean;
  const side = bundle.rule.kind === 'calibrated' ? leavesOut(falsePositiveRate, bundle.alpha) : undefined;
  if (!side) return html``;
  const causes = [
    ...ofCalibration(bundle),
    ...ofThisSet(bundle, groups, side, kind),
    'chance (of twenty such intervals one leaves it out)',
  ];
  return html`<p class="note"><strong class="mark ${side}">${side === 'above' ? 'Above' : 'Below'} what was promised</strong> (${alphaText(bundle.alpha)} of clean images flagged). Possible causes: ${causes.join('; ')}.</p>`;
}

function ofCalibration({ calibration, classes }: Manifest): string[] {
  const { images, groups } = calibration;
  const causes: string[] = [];
  if (groups < images)
    causes.push(`calibration images of only ${count(groups)} groups, which others need not resemble`);
  else if (images < FEW) causes.push(`few calibration images (${count(images)})`);
  if (images < classes)
    causes.push(`classes without calibration images (at least ${count(classes - images)})`);
  return causes;
}

function ofThisSet(
  { calibration }: Manifest,
  groups: number | undefined,
  side: 'above' | 'below',
  kind: Report['kind'],
): string[] {
  if (kind === 'repair') return [];
  const causes: string[] = [];
  if (calibration.groups < calibration.images && groups === undefined)
    causes.push(
      'images here that belong together, but were counted one by one (--group counts them together)',
    );
  if (side === 'above') causes.push('images of classes that had no calibration images');
  causes.push(
    side === 'above'
      ? 'images unlike the calibration images (another camera, another crop)'
      : 'images that are easier than the calibration images',
  );
  return causes;
}
