/** A change of a mean over images, with against without, on one net. */
export interface Change {
  readonly mean: number;
  /** Of the mean. */
  readonly variance: number;
  /** What was compared. */
  readonly images: number;
}

/** The mean change over nets, and its 95 % interval. */
export interface MeanChange {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly nets: number;
  readonly images: number;
}

/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom; beyond, the last of them is nearly the normal one's. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/**
 * The change of a mean over the same images, each measured with and without.
 * @param groups independent things among the images, where they are fewer: as in byGroups, so many then count
 */
export function pairedChange(
  withIt: ArrayLike<number>,
  without: ArrayLike<number>,
  groups = Number.POSITIVE_INFINITY,
): Change {
  const changes = Float64Array.from(withIt, (value, i) => value - without[i]!);
  return { ...momentsOf(changes, groups), images: changes.length };
}

/**
 * The change of the area under the ROC curve: how often a poisoned image scores above a clean one, ties half. Paired, after DeLong,
 * DeLong and Clarke-Pearson (1988): the area is a mean over either kind of images, and both vary.
 */
export function areaChange(withIt: Scored, without: Scored, groups = Number.POSITIVE_INFINITY): Change {
  const [one, other] = [placements(withIt), placements(without)];
  const poisoned = pairedChange(one.poisoned, other.poisoned, groups);
  const clean = pairedChange(one.clean, other.clean, groups);
  return {
    mean: poisoned.mean,
    variance: poisoned.variance + clean.variance,
    images: poisoned.images + clean.images,
  };
}

/** The scores of clean and of poisoned images. */
export interface Scored {
  readonly clean: ArrayLike<number>;
  readonly poisoned: ArrayLike<number>;
}

/** The area under the ROC curve. */
export function area(scored: Scored): number {
  return momentsOf(placements(scored).poisoned, Number.POSITIVE_INFINITY).mean;
}

/** Of each poisoned image the share of clean ones below it, of each clean one that of poisoned ones above it; ties half. */
function placements({ clean, poisoned }: Scored): { clean: Float64Array; poisoned: Float64Array } {
  const [ascendingClean, ascendingPoisoned] = [clean, poisoned].map((of) => Float64Array.from(of).sort());
  return {
    poisoned: Float64Array.from(poisoned, (score) => below(ascendingClean!, score)),
    clean: Float64Array.from(clean, (score) => 1 - below(ascendingPoisoned!, score)),
  };
}

/** The share of sorted values that are below one, ties half. */
function below(ascending: Float64Array, value: number): number {
  const firstAt = (isBefore: (each: number) => boolean) => {
    let low = 0;
    let high = ascending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(ascending[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (firstAt((each) => each < value) + firstAt((each) => each <= value)) / 2 / ascending.length;
}

/** The mean of values, and its variance where so many of them are independent. */
function momentsOf(values: Float64Array, independent: number): { mean: number; variance: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(n - 1, 1);
  return { mean, variance: spread / Math.min(n, independent) };
}

/**
 * The mean change over nets, each as good as another. The interval is Student's, of nets like these: what images alone would change is
 * among what the nets differ by. Of one net it is that of its images.
 * @returns undefined for no net
 */
export function overNets(changes: readonly Change[]): MeanChange | undefined {
  const nets = changes.length;
  if (nets === 0) return undefined;
  const means = Float64Array.from(changes, ({ mean }) => mean);
  const { mean, variance } = momentsOf(means, Number.POSITIVE_INFINITY);
  const half =
    nets === 1
      ? NORMAL * Math.sqrt(changes[0]!.variance)
      : STUDENT[Math.min(nets - 1, STUDENT.length) - 1]! * Math.sqrt(variance);
  const images = changes.reduce((sum, each) => sum + each.images, 0);
  return { mean, low: mean - half, high: mean + half, nets, images };
}
