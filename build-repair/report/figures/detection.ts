import * as Plot from '@observablehq/plot';
import { html } from 'hono/html';
import { byGroups, type Rate, rateOf } from '../../evaluate/interval';
import { alphaText, type Html, percent } from '../words';
import { figure } from './svg';

/** The p-values of one set of images, and what they are called. */
export interface PValues {
  readonly name: string;
  readonly pValues: Float64Array;
  /** Where images come in groups: intervals are of so many. */
  readonly groups?: number | undefined;
}

interface Point extends Rate {
  readonly alpha: number;
}

const LEAST = 0.001;
const MOST = 0.2;
const POINTS = 120;
const TICKS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
/** As many colours and dashes as the style sheet has for series; more sets use them again. */
export const SERIES = 6;
const DASHES = ['none', '6,3', '2,3', '9,3,2,3', '4,2', '1,2'];

/** How many of the images are flagged at a false-positive rate. */
export function flaggedAt(alpha: number, { pValues, groups }: Pick<PValues, 'pValues' | 'groups'>): Rate {
  let flagged = 0;
  for (const p of pValues) if (p <= alpha + 1e-12) flagged++;
  return byGroups(rateOf(flagged, pValues.length), groups);
}

/**
 * The share of poisoned images that are found, over the false-positive rate, each with its 95 % interval.
 * @param chosen the rate that the bundle was made for, where it decides by one
 * @param smallest the smallest rate that the calibration images can tell
 */
export function detectionFigure(
  sets: readonly PValues[],
  chosen: number | undefined,
  smallest: number,
): Html {
  const curves = sets.map((set) => curveOf(set, smallest));
  const bottom = bottomOf(curves);
  return figure(
    ({ narrow }) => ({
      ...frame(narrow),
      y: {
        domain: [bottom, 1],
        ticks: 5,
        tickFormat: (share: number) => percent(share, 0),
        label: null,
        grid: true,
      },
      marks: [
        ...background(chosen, smallest, bottom, 1),
        alphaAxis(narrow),
        ...curves.map((curve, i) =>
          Plot.areaY(curve, { x: 'alpha', y1: 'low', y2: 'high', fill: colour(i), fillOpacity: 0.14 }),
        ),
        ...curves.map((curve, i) =>
          Plot.line(curve, {
            x: 'alpha',
            y: 'rate',
            stroke: colour(i),
            strokeWidth: 2.2,
            strokeDasharray: DASHES[i % SERIES],
            strokeLinecap: 'butt',
          }),
        ),
      ],
    }),
    {
      label: `Detection over the false-positive rate. ${sets.map((set) => `${set.name}: ${[0.001, 0.01, 0.1].map((alpha) => `${percent(flaggedAt(alpha, set).rate)} at ${alphaText(alpha)}`).join(', ')}`).join('; ')}.`,
      caption: [
        'Share of poisoned images that are found, over α, the share of clean images that may be flagged; shaded: 95 % intervals.',
        chosen === undefined ? '' : 'The upright line is the α of this bundle.',
        smallest > LEAST
          ? `The block at the left is what its calibration images are too few to tell (under ${alphaText(smallest)}).`
          : '',
        bottom > 0 ? `The axis starts at ${percent(bottom, 0)}.` : '',
      ].join(' '),
      key: html`<ul class="key">${sets.map(({ name }, i) => html`<li class="series-${(i % SERIES) + 1}">${name}</li>`)}</ul>`,
    },
  );
}

/** Whether the false-positive rate that was chosen is kept: what clean images were flagged at each α. */
export function falsePositiveFigure(clean: PValues, chosen: number | undefined, smallest: number): Html {
  const floor = LEAST / 2;
  const curve = curveOf(clean, smallest).map((point) => ({
    ...point,
    low: Math.max(point.low, floor),
    high: Math.max(point.high, floor),
    // A logarithm has no place for none: the line is left out, the interval stays.
    rate: point.hits === 0 ? Number.NaN : point.rate,
  }));
  const ideal = [
    { alpha: LEAST, rate: LEAST },
    { alpha: MOST, rate: MOST },
  ];
  return figure(
    ({ narrow }) => ({
      ...frame(narrow),
      y: { type: 'log', domain: [floor, 0.4], clamp: true, axis: null },
      marks: [
        ...background(chosen, smallest, floor, 0.4),
        Plot.gridY(TICKS),
        Plot.axisY(TICKS, { text: alphaText, label: null }),
        alphaAxis(narrow),
        Plot.areaY(curve, { x: 'alpha', y1: 'low', y2: 'high', fill: 'var(--clean)', fillOpacity: 0.18 }),
        Plot.line(ideal, { x: 'alpha', y: 'rate', stroke: 'var(--ink)', strokeDasharray: '4,3' }),
        Plot.line(curve, { x: 'alpha', y: 'rate', stroke: 'var(--clean)', strokeWidth: 2.2 }),
      ],
    }),
    {
      label: `Clean images flagged over the false-positive rate that was asked for: ${[0.005, 0.01, 0.05].map((alpha) => `${percent(flaggedAt(alpha, clean).rate)} at ${alphaText(alpha)}`).join(', ')}.`,
      caption:
        'Share of clean images that are flagged, over the α that was asked for. On the dashed line the promise is kept to the letter; shaded: the 95 % interval.',
    },
  );
}

function frame(narrow: boolean): Plot.PlotOptions {
  return {
    height: narrow ? 240 : 300,
    marginLeft: 46,
    marginRight: 14,
    marginTop: 14,
    marginBottom: 42,
    x: { type: 'log', domain: [LEAST, MOST], axis: null },
  };
}

/** Ticks as we choose them: Plot leaves some of a logarithmic axis without a label. */
function alphaAxis(narrow: boolean): Plot.Markish {
  return Plot.axisX(narrow ? TICKS.filter((_, i) => i % 3 !== 1) : TICKS, {
    text: alphaText,
    label: narrow ? 'α' : 'false-positive rate α',
    labelAnchor: 'center',
    labelArrow: 'none',
    labelOffset: 38,
  });
}

function background(chosen: number | undefined, smallest: number, low: number, high: number): Plot.Markish[] {
  const unknown = smallest > LEAST ? [{ from: LEAST, to: Math.min(smallest, MOST) }] : [];
  return [
    Plot.rect(unknown, { x1: 'from', x2: 'to', y1: low, y2: high, fill: 'var(--shade)' }),
    Plot.ruleX(chosen !== undefined && chosen >= LEAST && chosen <= MOST ? [chosen] : [], {
      stroke: 'var(--ink)',
      strokeOpacity: 0.55,
    }),
  ];
}

/** Where the axis of detection starts: near the curves, so that they can be told apart. */
function bottomOf(curves: readonly (readonly Point[])[]): number {
  const lowest = Math.min(...curves.flat().map(({ low }) => low));
  return [0.9, 0.8, 0.5].find((bottom) => lowest > bottom + 0.02) ?? 0;
}

/** From the smallest rate that can be told. */
function curveOf(set: PValues, smallest: number): Point[] {
  const from = Math.max(LEAST, smallest);
  return Array.from({ length: POINTS + 1 }, (_, i) => {
    const alpha = from * (MOST / from) ** (i / POINTS);
    return { alpha, ...flaggedAt(alpha, set) };
  });
}

function colour(series: number): string {
  return `var(--series-${(series % SERIES) + 1})`;
}
