import { ImageError } from '../../../models/errors';
import { first } from '../../../models/present';
import { shareRight } from '../observe/accuracy';
import { LEAST_ACCURACY } from './least-accuracy';

/** A class counts as called otherwise where B names most of at least so many images so. Origin: chosen by hand; not varied. */
const LEAST_OF_CLASS = 3;
/** Other labels count where they make so many images right. Origin: chosen by hand; not varied. */
const LEAST_GAIN = 6;
/** Origin: chosen by hand; how much is told. */
const MOST_LISTED = 5;

/** Labels by which B would err less. */
export interface OtherLabels {
  /** From label to label, of those that change. */
  readonly moved: ReadonlyMap<number, number>;
  /** Accuracy under them, 0–1. */
  readonly accuracy: number;
}

/** That B does not name clean images as their labels say. */
export interface Misfit {
  /** How many images were looked at, and the share that B names rightly, 0–1. */
  readonly images: number;
  readonly accuracy: number;
  /** Labels by which it would err less. */
  readonly other: OtherLabels | undefined;
}

/**
 * Tells whether the labels of the clean images are those of the net: not where B names under 60 % of them rightly, or would make less than half
 * its errors with the labels put otherwise.
 * @param predicted what B names for some images
 * @param labels of these
 * @param otherwise what B names for them under other scalings: under a wrong one, labels put otherwise help less
 */
export function findMisfit(
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
  otherwise: readonly Int32Array[] = [],
): Misfit | undefined {
  const accuracy = shareRight(predicted, labels);
  const ways = accuracy >= LEAST_ACCURACY ? [predicted] : [predicted, ...otherwise];
  const [other] = ways
    .flatMap((way) => otherLabels(way, labels, classes) ?? [])
    .sort((a, b) => b.accuracy - a.accuracy);
  return accuracy >= LEAST_ACCURACY && !other ? undefined : { images: predicted.length, accuracy, other };
}

/**
 * The refusal of labels that don't fit the net.
 * @param classNames by label, where they are known
 * @param causes what it may come from, in sentences, the likeliest first
 */
export function misfitError(
  { images, accuracy, other }: Misfit,
  classNames: readonly string[] | undefined,
  causes: readonly string[],
): ImageError {
  const of = `${percent(accuracy)} of ${images} clean images rightly`;
  const called = (label: number) => (classNames ? `"${classNames[label]}" (${label})` : `${label}`);
  const moved = other && [...other.moved].map(([from, to]) => `${called(from)} → ${called(to)}`);
  const shown = moved && moved.slice(0, MOST_LISTED).join(', ') + (moved.length > MOST_LISTED ? ', …' : '');
  const likely =
    causes.length === 1
      ? first(causes)
      : `Likely, in this order: ${causes.map((each, i) => `(${i + 1}) ${each}`).join(' ')}`;
  return new ImageError(
    other
      ? `Labels and net don't fit: the net names ${of}; with the classes put otherwise (${shown}) it would be ${percent(other.accuracy)}`
      : `The net names only ${of}: it is not shown what it was trained on`,
    { code: 'LABELS_MISFIT', hint: `${likely} To go on all the same: --accept-low-accuracy.` },
  );
}

/**
 * A permutation of the labels that would more than halve B's errors; undefined where there is none. Labels move only where most images
 * of their class, three or more, are named so: any few errors can be permuted away.
 */
export function otherLabels(
  predicted: Int32Array,
  labels: Int32Array,
  classes: number,
): OtherLabels | undefined {
  const counts = new Map<number, number>();
  const ofClass = new Int32Array(classes);
  labels.forEach((label, i) => {
    const pair = label * classes + predicted[i]!;
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
  const right = shareRight(predicted, labels) * predicted.length;
  if (moved.size === 0 || matched - right < LEAST_GAIN) return undefined;
  if (2 * (predicted.length - matched) >= predicted.length - right) return undefined;
  return { moved, accuracy: matched / predicted.length };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
