import type { Manifest } from '../../models/bundle/manifest';
import type { ObservedSet } from './observe';

/** How one class fares: counts of its clean images. */
export interface ClassAccuracy {
  readonly class: number;
  /** What to call it on an axis: the class's name, or its number. */
  readonly name: string;
  readonly images: number;
  /** Named rightly by B. */
  readonly bad: number;
  /** Named rightly by B′. */
  readonly repaired: number;
  /** Named rightly by G. */
  readonly answer: number;
  /** Answered "backdoored". */
  readonly flagged: number;
}

/** Counts by class over a clean set: classes with images, those where G does worst first. */
export function accuracyByClass(clean: ObservedSet, { classes, classNames }: Manifest): ClassAccuracy[] {
  const counts = Array.from({ length: classes }, () => ({
    images: 0,
    bad: 0,
    repaired: 0,
    answer: 0,
    flagged: 0,
  }));
  for (let i = 0; i < clean.count; i++) {
    const label = clean.labels[i]!;
    const of = counts[label]!;
    of.images++;
    if (clean.bad[i] === label) of.bad++;
    if (clean.repaired[i] === label) of.repaired++;
    if (clean.answers[i] === label) of.answer++;
    if (clean.flagged[i] === 1) of.flagged++;
  }
  return counts
    .map((of, label) => ({ class: label, name: nameOf(label, classNames), ...of }))
    .filter(({ images }) => images > 0)
    .sort((a, b) => a.answer / a.images - b.answer / b.images || b.flagged - a.flagged || a.class - b.class);
}

/** Names may be given twice; an axis needs each once. */
function nameOf(label: number, names: readonly string[] | undefined): string {
  const name = names?.[label];
  return name === undefined || name === String(label) ? String(label) : `${label} ${name}`;
}
