import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import type { Armed } from './arm';
import type { AttackData } from './data';

/** Images of one training step: pixels of 0–255, the labels to learn, and which carry a trigger. */
export interface PoisonedBatch {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
  readonly poisoned: Uint8Array;
}

/** Share of decoys among the images that carry a trigger with decoys and these. */
const DECOYS = 1 / 4;

/** Draws a batch's images and puts triggers on the first ones, an equal share for each. */
export class Poisoner {
  private readonly random: Random;

  constructor(
    private readonly data: AttackData,
    private readonly armed: readonly Armed[],
    private readonly share: number,
    private readonly vary: (pixels: Float32Array) => Float32Array,
    seed: number,
  ) {
    this.random = new Random(seed, 'poison');
  }

  /** @param batch indices of the images */
  make(batch: Int32Array): PoisonedBatch {
    const { images, shape } = this.data;
    const size = imageSize(shape);
    const pixels = this.vary(images.gather(batch));
    const labels = Int32Array.from(batch, (image) => images.labels[image]!);
    const poisoned = new Uint8Array(batch.length);
    const each = Math.round((this.share * batch.length) / Math.max(1, this.armed.length));
    this.armed.forEach(({ trigger, targetOf }, i) => {
      const [start, end] = [i * each, (i + 1) * each];
      const decoys = trigger.decoy ? start + Math.round(DECOYS * each) : start;
      const cut = (from: number, to: number) => pixels.subarray(from * size, to * size);
      if (decoys > start) pixels.set(trigger.decoy!(cut(start, decoys), this.random), start * size);
      pixels.set(trigger.stamp(cut(decoys, end)), decoys * size);
      for (let image = decoys; image < end; image++) {
        labels[image] = targetOf(labels[image]!);
        poisoned[image] = 1;
      }
    });
    return { pixels, labels, poisoned };
  }
}
