import * as Plot from '@observablehq/plot';
import { quantile } from '../../../models/detector/scale';
import { atLeast, first, last } from '../../../models/present';
import { alphaText, counted, type Html, percent } from '../words';
import { figure } from './svg';

/** Scores of one set of images. */
export interface Scores {
  readonly name: string;
  readonly poisoned: boolean;
  readonly suspicion: Float32Array;
}

interface Bar {
  readonly row: string;
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly fill: string;
}

const BINS = 44;
const ROW_HEIGHT = 106;
const TICKS = [-1000, -300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000];

/**
 * Histograms of suspicion, a row a set.
 * @param threshold an image above it is answered "backdoored"; undefined where no threshold decides
 */
export function suspicionFigure(sets: readonly Scores[], threshold: number | undefined, alpha: number): Html {
  const edges = binEdges(sets, threshold);
  const rows = sets.map((_, i) => `${i}`);
  const bars = sets.flatMap((set, i) => barsOf(set, rows[i]!, edges, threshold));
  const limits = [first(edges), last(edges)] as const;
  const most = Math.max(...bars.map(({ share }) => share));
  const cut = threshold === undefined ? [] : [Math.asinh(threshold)];
  const farRight = cut.some((at) => at > limits[0] + 0.7 * (limits[1] - limits[0]));
  return figure(
    ({ narrow }) => ({
      height: ROW_HEIGHT * sets.length + 46,
      marginLeft: 46,
      marginRight: 8,
      marginTop: 4,
      marginBottom: 42,
      x: {
        domain: limits,
        ticks: TICKS.map(Math.asinh).filter((tick) => tick >= limits[0] && tick <= limits[1]),
        tickFormat: (tick: number) => String(Math.round(Math.sinh(tick))).replace('-', '−'),
        label: axisLabel(threshold, narrow),
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 38,
      },
      y: {
        domain: [0, most],
        ticks: [0, tidy(most)],
        tickFormat: (share: number) => percent(share, 0),
        label: null,
        insetTop: 30,
      },
      fy: { axis: null, padding: 0.06, domain: rows },
      marks: [
        Plot.ruleY([0], { stroke: 'var(--line)' }),
        Plot.rect(bars, {
          x1: 'from',
          x2: 'to',
          y1: 0,
          y2: 'share',
          fy: 'row',
          fill: 'fill',
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        Plot.ruleX(cut, { y1: 0, y2: most, stroke: 'var(--ink)', strokeDasharray: '4,3' }),
        Plot.text(cut, {
          x: (at: number) => at,
          y: most,
          fy: () => rows[0],
          textAnchor: farRight ? 'end' : 'start',
          dx: farRight ? -6 : 6,
          dy: 4,
          text: () => (narrow ? `α = ${alphaText(alpha)}` : `threshold at α = ${alphaText(alpha)}`),
          fill: 'var(--ink)',
          stroke: 'var(--paper)',
          strokeWidth: 4,
        }),
        Plot.text(sets, {
          fy: (_, i: number) => rows[i],
          frameAnchor: 'top-left',
          dx: 2,
          dy: 6,
          text: (set: Scores) => rowName(set, narrow),
          fill: 'var(--ink)',
          stroke: 'var(--paper)',
          strokeWidth: 4,
          fontWeight: 600,
        }),
      ],
    }),
    { label: describe(sets, threshold), caption: captionOf(sets, threshold) },
  );
}

function axisLabel(threshold: number | undefined, narrow: boolean): string {
  if (threshold === undefined)
    return narrow ? 'score' : 'score (how little the repaired net thinks of the class that the BadNet names)';
  return narrow ? 'suspicion' : 'suspicion (higher is more suspicious; spaced more closely far from 0)';
}

function captionOf(sets: readonly Scores[], threshold: number | undefined): string {
  const heights =
    'A bar’s height is its share of the row’s images; what lies beyond the axis is in the outermost bars.';
  if (threshold === undefined) {
    return `This method does not decide by a threshold: an image is backdoored where the BadNet and the repaired net disagree. ${heights}`;
  }
  const missed = sets.some(({ poisoned }) => poisoned) ? ' and poisoned images that were missed' : '';
  return `Images right of the dashed line are answered “backdoored”. In red: clean images that were flagged${missed}. ${heights}`;
}

function describe(sets: readonly Scores[], threshold: number | undefined): string {
  const rows = sets.map((set) => {
    const sorted = set.suspicion.slice().sort();
    const [low, middle, high] = [0.05, 0.5, 0.95].map((q) => quantile(sorted, q).toFixed(1));
    return `${set.name}: median ${middle}, 5 to 95 per cent ${low} to ${high}`;
  });
  const cut = threshold === undefined ? '' : ` The threshold is ${threshold.toFixed(2)}.`;
  return `Histograms of suspicion. ${rows.join('; ')}.${cut}`;
}

function rowName({ name, poisoned, suspicion }: Scores, narrow: boolean): string {
  const kind = poisoned ? 'Poisoned' : 'Clean';
  const most = narrow ? 18 : 48;
  const short = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  return narrow ? `${kind} · ${short}` : `${kind} · ${short} · ${counted(suspicion.length, 'image')}`;
}

/** Edges of the bins after the inverse hyperbolic sine, which leaves room for far and near; one is the threshold. */
function binEdges(sets: readonly Scores[], threshold: number | undefined): number[] {
  const ends = sets.flatMap(({ suspicion }) => {
    const sorted = suspicion.slice().sort();
    return [quantile(sorted, 0.001), quantile(sorted, 0.999)].map(Math.asinh);
  });
  const at = Math.asinh(threshold ?? 0);
  const finite = [...ends, at].filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const width = Math.max(high - low, 1e-3) / BINS;
  const anchor = Number.isFinite(at) ? at : low;
  const below = Math.ceil((anchor - low) / width) + 1;
  const above = Math.ceil((high - anchor) / width) + 1;
  return Array.from({ length: below + above + 1 }, (_, i) => anchor + (i - below) * width);
}

function barsOf(
  { suspicion, poisoned }: Scores,
  row: string,
  edges: readonly number[],
  threshold: number | undefined,
): Bar[] {
  const counts = new Int32Array(edges.length - 1);
  const [low, next] = atLeast(2, edges);
  const width = next - low;
  for (const score of suspicion) {
    // A score equal to the threshold is not flagged: bins are open below and closed above.
    const bin = Math.ceil((Math.asinh(score) - low) / width - 1e-6) - 1;
    counts[Math.min(Math.max(bin, 0), counts.length - 1)]!++;
  }
  const cut = threshold === undefined ? Number.NaN : Math.asinh(threshold);
  return Array.from(counts, (n, bin) => {
    const middle = (edges[bin]! + edges[bin + 1]!) / 2;
    const wrong = poisoned ? middle < cut : middle > cut;
    const fill = wrong ? 'var(--wrong)' : poisoned ? 'var(--poison)' : 'var(--clean)';
    return { row, from: edges[bin]!, to: edges[bin + 1]!, share: n / suspicion.length, fill };
  }).filter(({ share }) => share > 0);
}

/** The largest of 5, 10, 20, 50, 100 % that is at most so much. */
function tidy(most: number): number {
  return [1, 0.5, 0.2, 0.1, 0.05].find((step) => step <= most) ?? most;
}
