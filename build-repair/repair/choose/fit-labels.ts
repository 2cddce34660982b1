import { ImageError } from '../../../models/errors';
import { shareRight } from '../observe/accuracy';
import { LEAST_ACCURACY } from './least-accuracy';

/** A class counts as called otherwise where B names most of at least so many images so. Origin: chosen by hand; not varied. */
const LEAST_OF_CLASS = 3;
/** Other labels count where they make so many images right. Origin: chosen by hand; not varied. */
const LEAST_GAIN = 6;
/** Origin: chosen by hand; how much is told. */
const TOLD = 5;

/** Labels by which B would err less. */
export interface OtherLabels {
  /** From label to label, of those that change. */
  readonly moved: ReadonlyMap<number, number>;
  /** Accuracy under them, 0–1. */
  readonly accuracy: number;
}

/**
 * Checks that the labels of the clean images are those of the net.
 * @param named what B names for some images
 * @param labels of these
 * @param classNames by label, where they are known
 * @param otherwise what B names for them under other scalings: under a wrong one, labels put otherwise help less
 * @throws ImageError where B names under 60 % of them rightly, or would make less than half its errors with the labels put otherwise
 */
export function checkLabels(
  named: Int32Array,
  labels: Int32Array,
  classes: number,
  classNames: readonly string[] | undefined,
  otherwise: readonly Int32Array[] = [],
): void {
  const accuracy = shareRight(named, labels);
  const ways = accuracy >= LEAST_ACCURACY ? [named] : [named, ...otherwise];
  const [other] = ways
    .flatMap((way) => otherLabels(way, labels, classes) ?? [])
    .sort((a, b) => b.accuracy - a.accuracy);
  if (accuracy >= LEAST_ACCURACY && !other) return;
  const of = `${percent(accuracy)} of ${named.length} clean images rightly`;
  const called = (label: number) => (classNames ? `"${classNames[label]}" (${label})` : `${label}`);
  const moved = other && [...other.moved].map(([from, to]) => `${called(from)} → ${called(to)}`);
  const shown = moved && moved.slice(0, TOLD).join(', ') + (moved.length > TOLD ? ', …' : '');
  throw new ImageError(
    other
      ? `Labels and net don't fit: the net names ${of}; with the classes put otherwise (${shown}) it would be ${percent(other.accuracy)}`
      : `The net names only ${of}: it is not shown what it was trained on`,
    {
      hint: other
        ? 'Put the labels into the order that the net was trained with (folders: --class-order name or number), or go on all the same: --accept-low-accuracy.'
        : 'Check the labels, --pixels, --fit, --layout and --class-order; or go on all the same: --accept-low-accuracy.',
    },
  );
}

/**
 * A permutation of the labels that would more than halve B's errors; undefined where there is none. Labels move only where most images
 * of their class, three or more, are named so: any few errors can be permuted away.
 */
export function otherLabels(named: Int32Array, labels: Int32Array, classes: number): OtherLabels | undefined {
  const counts = new Map<number, number>();
  const ofClass = new Int32Array(classes);
  labels.forEach((label, i) => {
    const pair = label * classes + named[i]!;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
    ofClass[label]!++;
  });
  // The largest counts first, and of equals what is called as it is.
  const pairs = [...counts]
    .map(([pair, count]) => ({ from: Math.floor(pair / classes), to: pair % classes, count }))
    .sort((a, b) => b.count - a.count || Number(b.from === b.to) - Number(a.from === a.to));
  const target = new Map<number, number>();
  const taken = new Set<number>();
  let matched = 0;
  for (const { from, to, count } of pairs) {
    const isClear = count >= LEAST_OF_CLASS && 2 * count > ofClass[from]!;
    if (target.has(from) || taken.has(to) || (from !== to && !isClear)) continue;
    target.set(from, to);
    taken.add(to);
    matched += count;
  }
  const moved = new Map([...target].filter(([from, to]) => from !== to).sort(([a], [b]) => a - b));
  const right = shareRight(named, labels) * named.length;
  if (moved.size === 0 || matched - right < LEAST_GAIN) return undefined;
  if (2 * (named.length - matched) >= named.length - right) return undefined;
  return { moved, accuracy: matched / named.length };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
