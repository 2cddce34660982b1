import type * as tf from '@tensorflow/tfjs-core';
import type { Summaries } from '../../models/detector/distances';

/** One summary of all clean images. */
export interface Kept {
  /** images × size. */
  readonly values: Float32Array;
  readonly size: number;
}
/** What tells how familiar a picture is, of all clean images, in order. */
export type Summarised = Summaries<Kept>;

const KINDS = ['latent', 'trunk', 'look'] as const;

/** Keeps summaries of images that are run one batch after the other. @param count how many images there will be */
export function keepSummaries(count: number) {
  const kept: { [kind in (typeof KINDS)[number]]?: Kept } = {};
  return {
    /** @param start the first of the batch's images */
    async keep(batch: Summaries<tf.Tensor2D>, start: number): Promise<void> {
      for (const kind of KINDS) {
        const rows = batch[kind];
        if (!rows) continue;
        const size = rows.shape[1];
        kept[kind] ??= { values: new Float32Array(count * size), size };
        kept[kind].values.set((await rows.data()) as Float32Array, start * size);
      }
    },
    all: (): Summarised => ({ latent: kept.latent!, trunk: kept.trunk, look: kept.look }),
  };
}
