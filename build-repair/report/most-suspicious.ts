import type { ImageShape } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import { type Example, exampleOf, type JudgedBatch } from './examples';

const KEPT = 10;

/** Keeps the ten most suspicious images of a set, in one pass; of equals, those that came first. */
export class MostSuspicious {
  private readonly kept: Example[] = [];

  constructor(private readonly shape: ImageShape) {}

  /** @param i the image's place in the batch */
  offer(verdict: Verdict, batch: JudgedBatch, i: number): void {
    const { kept } = this;
    const least = kept[KEPT - 1];
    if (least && verdict.suspicion <= least.verdict.suspicion) return;
    const before = kept.findIndex((each) => each.verdict.suspicion < verdict.suspicion);
    kept.splice(before < 0 ? kept.length : before, 0, exampleOf(this.shape, verdict, batch, i));
    kept.length = Math.min(kept.length, KEPT);
  }

  /** The most suspicious first. */
  get images(): readonly Example[] {
    return this.kept;
  }
}
