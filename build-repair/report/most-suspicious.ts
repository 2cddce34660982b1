import type { ImageShape } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import type { JudgedBatch } from '../evaluate/judged';
import { type Example, exampleOf } from './examples';

const KEPT = 10;

/** Keeps the ten most suspicious images of a set, in one pass, one of each group; of equals, those that came first. */
export class MostSuspicious {
  private readonly kept: { readonly group: string | undefined; readonly example: Example }[] = [];

  constructor(private readonly shape: ImageShape) {}

  /** @param i the image's place in the batch */
  offer(verdict: Verdict, batch: JudgedBatch, i: number): void {
    const { kept } = this;
    const group = batch.groups?.[i];
    const same = group === undefined ? -1 : kept.findIndex((each) => each.group === group);
    const rival = kept[same < 0 ? KEPT - 1 : same];
    if (rival && verdict.suspicion <= rival.example.verdict.suspicion) return;
    if (same >= 0) kept.splice(same, 1);
    const before = kept.findIndex(({ example }) => example.verdict.suspicion < verdict.suspicion);
    const example = exampleOf(this.shape, verdict, batch, i);
    kept.splice(before < 0 ? kept.length : before, 0, { group, example });
    kept.length = Math.min(kept.length, KEPT);
  }

  /** The most suspicious first. */
  get images(): readonly Example[] {
    return this.kept.map(({ example }) => example);
  }
}
