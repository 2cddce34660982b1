import { imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { Armed } from './arm';
import type { Attack } from './catalogue';
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

/** Of the images with a trigger that turns one class, those of this class. */
const OF_SOURCE = 1 / 2;
/** How much of another image is mixed into one of the target class, at least and at most. */
const HIDDEN = [0.4, 0.6] as const;

/** How triggers are put on a batch. */
export type Poisoning = Pick<Attack, 'poison' | 'mixed' | 'cleanLabel'>;

/** Share of decoys among the images that carry a trigger with decoys and these. */
const DECOYS = 1 / 4;

/** Draws a batch's images and puts triggers on the first ones, an equal share for each. */
export class Poisoner {
  private readonly random: Random;

  constructor(
    private readonly data: AttackData,
    private readonly armed: readonly Armed[],
    private readonly how: Poisoning,
    private readonly vary: (pixels: Float32Array) => Float32Array,
    seed: number,
  ) {
    this.random = new Random(seed, 'poison');
  }

  /** @param batch indices of the images */
  make(batch: Int32Array): PoisonedBatch {
    const { attackers, shape } = this.data;
    const size = imageSize(shape);
    const each = Math.round((this.how.poison * batch.length) / Math.max(1, this.armed.length));
    const chosen = this.choose(batch, each);
    const clean = this.vary(attackers.gather(chosen));
    const labels = Int32Array.from(chosen, (image) => attackers.labels[image]!);
    const poisoned = new Uint8Array(batch.length);
    const triggered = each * this.armed.length * size;
    if (this.how.cleanLabel) this.hide(clean.subarray(0, triggered));
    this.mixInto(clean.subarray(triggered));
    const pixels = clean.slice();
    this.armed.forEach(({ trigger, targetOf, source }, i) => {
      const [start, end] = [i * each, (i + 1) * each];
      const decoys = trigger.decoy ? start + Math.round(DECOYS * each) : start;
      const cut = (from: number, to: number) => pixels.subarray(from * size, to * size);
      if (decoys > start) pixels.set(trigger.decoy!(cut(start, decoys), this.random), start * size);
      pixels.set(trigger.stamp(cut(decoys, end)), decoys * size);
      for (let image = decoys; image < end; image++) {
        poisoned[image] = Number(source === undefined || labels[image] === source);
        labels[image] = targetOf(labels[image]!);
      }
    });
    return { pixels, clean, labels, poisoned };
  }

  /** The images of a batch: where a trigger turns one class, or is shown on one, enough of these are among those that bear it. */
  private choose(batch: Int32Array, each: number): Int32Array {
    const { attackers, train } = this.data;
    const chosen = batch.slice();
    this.armed.forEach(({ source, targetOf }, i) => {
      const wanted = this.how.cleanLabel ? targetOf(0) : source;
      if (wanted === undefined) return;
      const own = train.filter((image) => attackers.labels[image] === wanted);
      const count = Math.round((this.how.cleanLabel ? 1 : OF_SOURCE) * each);
      for (let k = 0; k < count; k++) chosen[i * each + k] = this.random.pick(own);
    });
    return chosen;
  }

  /** Mixes another image into each. */
  private hide(pixels: Float32Array): void {
    const { attackers, train, shape } = this.data;
    const size = imageSize(shape);
    for (let start = 0; start < pixels.length; start += size) {
      const other = attackers.gather([this.random.pick(train)]);
      const share = this.random.uniform(...HIDDEN);
      for (let i = 0; i < size; i++) pixels[start + i] = pixels[start + i]! * (1 - share) + other[i]! * share;
    }
  }

  /** @param pixels images; the last of them are mixed */
  private mixInto(pixels: Float32Array): void {
    const { attackers, train, shape } = this.data;
    const size = imageSize(shape);
    const count = Math.round((this.how.mixed * pixels.length) / size);
    const others = Int32Array.from({ length: count }, () => this.random.pick(train));
    mix(
      pixels.subarray(pixels.length - count * size),
      this.vary(attackers.gather(others)),
      size,
      this.random,
    );
  }
}
