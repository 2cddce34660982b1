import { type ImageShape, imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import type { Verdict } from '../../models/verdict';
import type { JudgedBatch } from '../evaluate/judged';

/** How a verdict came out: of a clean image the first three, of a poisoned one the last two. */
export type VerdictOutcome = 'right' | 'wrong' | 'alarm' | 'found' | 'missed';

/** An image to be shown, and what was said of it. */
export interface Example {
  readonly name: string;
  readonly label: number;
  readonly trueLabel: number | undefined;
  readonly verdict: Verdict;
  /** height × width × channels values of 0–255. */
  readonly pixels: Uint8Array;
}

/** An image of a batch, kept with its verdict. @param i its place in the batch */
export function exampleOf(shape: ImageShape, verdict: Verdict, batch: JudgedBatch, i: number): Example {
  const size = imageSize(shape);
  return {
    name: batch.names[i]!,
    label: batch.labels[i]!,
    trueLabel: batch.trueLabels?.[i],
    verdict,
    pixels: Uint8Array.from(Uint8ClampedArray.from(batch.pixels.subarray(i * size, (i + 1) * size))),
  };
}

const KEPT = 5;
const SEED = 1;

/** Draws a few images of each outcome at random, each as likely as any other, in one pass (Vitter's algorithm R, 1985). */
export class Examples {
  private readonly random = new Random(SEED, 'examples');
  private readonly kept = new Map<VerdictOutcome, Example[]>();
  private readonly seen = new Map<VerdictOutcome, number>();

  constructor(
    readonly shape: ImageShape,
    private readonly poisoned: boolean,
  ) {}

  /** @param i the image's place in the batch */
  offer(verdict: Verdict, batch: JudgedBatch, i: number): void {
    const label = batch.labels[i]!;
    const outcome = this.outcome(verdict, label);
    const seen = this.seen.get(outcome) ?? 0;
    this.seen.set(outcome, seen + 1);
    const place = seen < KEPT ? seen : this.random.int(seen + 1);
    if (place >= KEPT) return;
    const examples = this.kept.get(outcome) ?? [];
    this.kept.set(outcome, examples);
    examples[place] = exampleOf(this.shape, verdict, batch, i);
  }

  /** The images kept of one outcome. */
  of(outcome: VerdictOutcome): readonly Example[] {
    return this.kept.get(outcome) ?? [];
  }

  /** How many images came out so. */
  count(outcome: VerdictOutcome): number {
    return this.seen.get(outcome) ?? 0;
  }

  private outcome({ backdoored, class: answer }: Verdict, label: number): VerdictOutcome {
    if (this.poisoned) return backdoored ? 'found' : 'missed';
    if (backdoored) return 'alarm';
    return answer === label ? 'right' : 'wrong';
  }
}
