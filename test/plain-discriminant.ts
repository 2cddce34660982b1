import type { Discriminant } from '../models/detector/discriminant';

/** A discriminant of kinds that are standardised and independent: their sum over the root of how many there are. */
export function plainDiscriminant(kinds: readonly string[], more: Partial<Discriminant> = {}): Discriminant {
  const of = (value: number) => kinds.map(() => value);
  return {
    kind: 'discriminant',
    kinds,
    shifts: [of(1)],
    means: of(0),
    spreads: of(1),
    classes: [],
    covariance: kinds.flatMap((_, one) => kinds.map((_, other) => (one === other ? 1 : 0))),
    scale: { zero: 0, spread: 1 },
    ...more,
  };
}
