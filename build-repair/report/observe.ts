import type { ImageSet } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import type { JudgedBatch } from '../evaluate/judged';
import { type Example, Examples } from './examples';
import { MostSuspicious } from './most-suspicious';

/** Every verdict on one set, in the order of its images: 29 bytes an image, and the pixels of some examples. */
export interface ObservedSet {
  readonly name: string;
  readonly poisoned: boolean;
  /** How many images there are; the arrays below have as many entries. */
  readonly count: number;
  /** Clean: the class. Poisoned: the attacker's target. */
  readonly labels: Int32Array;
  /** What B answers. */
  readonly bad: Int32Array;
  /** What B′ answers. */
  readonly repaired: Int32Array;
  /** What G answers: 0…N−1, or N for "backdoored". */
  readonly answers: Int32Array;
  readonly flagged: Uint8Array;
  readonly suspicion: Float32Array;
  readonly pValues: Float64Array;
  readonly examples: Examples;
  /** The ten most suspicious images, one of each group, the most first. */
  readonly mostSuspicious: readonly Example[];
}

/** Takes note of the verdicts on one set, for the report. */
export class SetObserver {
  private count = 0;
  private readonly labels: Int32Array;
  private readonly bad: Int32Array;
  private readonly repaired: Int32Array;
  private readonly answers: Int32Array;
  private readonly flagged: Uint8Array;
  private readonly suspicion: Float32Array;
  private readonly pValues: Float64Array;
  private readonly examples: Examples;
  private readonly mostSuspicious: MostSuspicious;

  constructor(
    private readonly set: Pick<ImageSet, 'name' | 'size' | 'shape'>,
    private readonly poisoned: boolean,
    private readonly keepsImages = true,
  ) {
    this.labels = new Int32Array(set.size);
    this.bad = new Int32Array(set.size);
    this.repaired = new Int32Array(set.size);
    this.answers = new Int32Array(set.size);
    this.flagged = new Uint8Array(set.size);
    this.suspicion = new Float32Array(set.size);
    this.pValues = new Float64Array(set.size);
    this.examples = new Examples(set.shape, poisoned);
    this.mostSuspicious = new MostSuspicious(set.shape);
  }

  /** @param batch the images of the verdicts, with their labels */
  readonly add = (verdicts: readonly Verdict[], batch: JudgedBatch): void => {
    verdicts.forEach((verdict, i) => {
      const at = this.count++;
      this.labels[at] = batch.labels[i]!;
      this.bad[at] = verdict.bad.class;
      this.repaired[at] = verdict.repaired.class;
      this.answers[at] = verdict.class;
      this.flagged[at] = Number(verdict.backdoored);
      this.suspicion[at] = verdict.suspicion;
      this.pValues[at] = verdict.pValue;
      if (!this.keepsImages) return;
      this.examples.offer(verdict, batch, i);
      this.mostSuspicious.offer(verdict, batch, i);
    });
  };

  /** What was noted; not to be added to any more. */
  observed(): ObservedSet {
    const { count } = this;
    return {
      name: this.set.name,
      poisoned: this.poisoned,
      count,
      labels: this.labels.subarray(0, count),
      bad: this.bad.subarray(0, count),
      repaired: this.repaired.subarray(0, count),
      answers: this.answers.subarray(0, count),
      flagged: this.flagged.subarray(0, count),
      suspicion: this.suspicion.subarray(0, count),
      pValues: this.pValues.subarray(0, count),
      examples: this.examples,
      mostSuspicious: this.mostSuspicious.images,
    };
  }
}

/**
 * Takes note of the verdicts on the calibration images of a repair.
 * @param clean the images that it was given
 * @param keepsImages whether some are kept, with their names, to be shown
 */
export function calibrationObserver(
  { size, shape }: Pick<ImageSet, 'size' | 'shape'>,
  keepsImages = true,
): SetObserver {
  return new SetObserver({ name: 'calibration', size, shape }, false, keepsImages);
}

/** Takes note of the verdicts on a clean set and poisoned ones, as `evaluate` gives them. */
export class Observer {
  private readonly clean: SetObserver;
  private readonly poisoned: readonly SetObserver[];
  private readonly bySet: Map<ImageSet, SetObserver>;

  constructor(clean: ImageSet, poisoned: readonly ImageSet[]) {
    this.clean = new SetObserver(clean, false);
    this.poisoned = poisoned.map((set) => new SetObserver(set, true));
    this.bySet = new Map([
      [clean, this.clean],
      ...poisoned.map((set, i) => [set, this.poisoned[i]!] as const),
    ]);
  }

  /** To be handed to `evaluate`. */
  readonly observe = (set: ImageSet, verdicts: readonly Verdict[], batch: JudgedBatch): void => {
    this.bySet.get(set)?.add(verdicts, batch);
  };

  observed(): { clean: ObservedSet; poisoned: ObservedSet[] } {
    return { clean: this.clean.observed(), poisoned: this.poisoned.map((set) => set.observed()) };
  }
}
