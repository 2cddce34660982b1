import type { GoodNet } from '../../models/goodnet';
import type { ImageSet, SkippedImage } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import type { Progress } from '../progress';

const BATCH = 64;

/** One image's row: its verdict, or why it has none. */
export type ScreenRow =
  | { readonly image: string; readonly verdict: Verdict; readonly className: string | undefined }
  | { readonly image: string; readonly error: string };

/** Takes the rows, in the images' order within each set. */
export type TakeRow = (row: ScreenRow) => Promise<void> | void;

/** What a screening came to. */
export interface ScreenTotals {
  readonly images: number;
  readonly backdoored: number;
  readonly errors: number;
}

/** Gives a verdict on every image of the sets; an image that can't be read is a row with its error. */
export async function screen(
  goodnet: GoodNet,
  sets: readonly ImageSet[],
  take: TakeRow,
  { progress, signal }: { progress: Progress; signal: AbortSignal | undefined },
): Promise<ScreenTotals> {
  const total = sets.reduce((sum, set) => sum + set.size, 0);
  const totals = { images: 0, backdoored: 0, errors: 0 };
  const names = goodnet.manifest.classNames;
  for (const set of sets) {
    let told = 0;
    const tellSkipped = async () => {
      for (; told < set.skipped.length; told++) {
        const { name, reason }: SkippedImage = set.skipped[told]!;
        totals.images++;
        totals.errors++;
        await take({ image: name, error: reason });
      }
    };
    for await (const batch of set.batches(BATCH)) {
      signal?.throwIfAborted();
      const verdicts = await goodnet.classify(batch.pixels, batch.names.length);
      for (const [i, verdict] of verdicts.entries()) {
        totals.images++;
        if (verdict.backdoored) totals.backdoored++;
        await take({ image: batch.names[i]!, verdict, className: names?.[verdict.class] });
      }
      await tellSkipped();
      progress({ stage: 'Screening', done: totals.images, total });
      await new Promise(setImmediate);
    }
    await tellSkipped();
  }
  return totals;
}
