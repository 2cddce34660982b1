import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import type { Armed } from './arm';
import type { AttackData } from './data';
import { mix } from './mix';

/** Images of one training step: pixels of 0–255, the labels to learn, and which carry a trigger. */
export interface PoisonedBatch {
  readonly pixels: Float32Array;
  /** The same without triggers and decoys. */
  readonly clean: Float32Array;
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
    /** Share of the images without triggers that another is mixed into, 0–1; their labels stay. */
    private readonly mixed = 0,
  ) {
    this.random = new Random(seed, 'poison');
  }

  /** @param batch indices of the images */
  make(batch: Int32Array): PoisonedBatch {
    const { attackers, shape } = this.data;
    const size = imageSize(shape);
    const clean = this.vary(attackers.gather(batch));
    const labels = Int32Array.from(batch, (image) => attackers.labels[image]!);
    const poisoned = new Uint8Array(batch.length);
    const each = Math.round((this.share * batch.length) / Math.max(1, this.armed.length));
    this.mixInto(clean.subarray(each * this.armed.length * size));
    const pixels = clean.slice();
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
    return { pixels, clean, labels, poisoned };
  }

  /** @param pixels images; the last of them are mixed */
  private mixInto(pixels: Float32Array): void {
    const { attackers, train, shape } = this.data;
    const size = imageSize(shape);
    const count = Math.round((this.mixed * pixels.length) / size);
    const others = Int32Array.from({ length: count }, () => this.random.pick(train));
    mix(
      pixels.subarray(pixels.length - count * size),
      this.vary(attackers.gather(others)),
      size,
      this.random,
    );
  }
}
