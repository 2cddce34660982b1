import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { RecoveredTrigger } from '../../finding/trigger';
import type { TriggerPainter } from './painter';

/** Triggers that are being learned at a time. Origin: run on faces1283 multi and cifar10 patch; see docs/method.md, "The repaired net". */
const POOL = 32;
/** Of them, how many a batch meets. Origin: as POOL. */
const MET = 8;
/** A trigger is learned in so many steps; then another takes its place. Origin: as POOL. */
const LIFE = 25;
/** How far a step of learning takes a value, of 255. Origin: as POOL. */
const STEP = 0.1 * 255;
/** Share of triggers that start from known ones, where there are any. Origin: chosen by hand; not varied. */
const KNOWN = 0.3;
/** Share of triggers that change the whole picture a little. Origin: as POOL. */
const WHOLE = 0.5;
/** How much those change a value at most, of 255. Origin: as POOL. */
const REACH = 0.05 * 255;
/** The others hide at most so much of the picture. Origin: as POOL; at half of it, the net of faces unlearned faces. */
const MOST_AREA = 0.05;
/** Shapes are drawn so often for one that is small enough; else the last is taken. Origin: no choice: it only ends the search. */
const DRAWS = 50;

/** A picture x becomes x·(1 − mask) + content·mask + reach·(content/127.5 − 1). */
interface Trigger {
  /** Height × width, 0–1. */
  readonly mask: Float32Array;
  /** 0 for those that hide a part of the picture. */
  readonly reach: number;
  /** Height × width × channels, 0–255: what is learned. */
  readonly content: Float32Array;
  steps: number;
}

/**
 * Triggers, the same on many pictures, that turn a net from the true classes as much as they can while the net is taught not to be
 * turned (adversarial unlearning: Zeng et al., I-BAU, ICLR 2022; Wei et al., SAU, NeurIPS 2023). Each lives for some steps: their
 * gradients come with those of the net's own training (Shafahi et al., Adversarial Training for Free, NeurIPS 2019). What turns
 * most pictures with least effort is the backdoor; known triggers are where some of them start.
 */
export class AdversarialTriggers {
  private readonly random: Random;
  private readonly pool: Trigger[];
  private met: Trigger[] = [];

  /**
   * @param painter draws the shapes
   * @param known triggers that were recovered
   */
  constructor(
    private readonly shape: ImageShape,
    private readonly painter: TriggerPainter,
    private readonly known: readonly RecoveredTrigger[],
    seed: number,
    stream: string,
  ) {
    this.random = new Random(seed, `adversarial ${stream}`);
    this.pool = Array.from({ length: POOL }, () => ({ ...this.fresh(), steps: this.random.int(LIFE) }));
  }

  /** Stamps triggers on pictures in place, in turn. @param pixels n pictures, values of 0–255 */
  stamp(pixels: Float32Array): void {
    const order = this.random.permutation(POOL);
    this.met = Array.from(order.subarray(0, MET), (place) => {
      if (this.pool[place]!.steps >= LIFE) this.pool[place] = this.fresh();
      return this.pool[place]!;
    });
    this.eachValue(pixels.length, (at, here, pixel, { mask, content, reach }) => {
      const opacity = mask[pixel]!;
      const value =
        pixels[at]! * (1 - opacity) + content[here]! * opacity + reach * (content[here]! / 127.5 - 1);
      pixels[at] = Math.min(Math.max(value, 0), 255);
    });
  }

  /** Learns from the last stamping. @param gradient of the loss by each value of the stamped pictures */
  learn(gradient: Float32Array): void {
    const size = imageSize(this.shape);
    const climb = this.met.map(() => new Float32Array(size));
    this.eachValue(gradient.length, (at, here, pixel, { mask, reach }, which) => {
      climb[which]![here]! += gradient[at]! * (reach > 0 ? 1 : mask[pixel]!);
    });
    this.met.forEach((trigger, which) => {
      trigger.steps++;
      climb[which]!.forEach((value, here) => {
        const moved = trigger.content[here]! + Math.sign(value) * STEP;
        trigger.content[here] = Math.min(Math.max(moved, 0), 255);
      });
    });
  }

  private eachValue(
    length: number,
    work: (at: number, here: number, pixel: number, trigger: Trigger, which: number) => void,
  ): void {
    const size = imageSize(this.shape);
    const { channels } = this.shape;
    for (let start = 0, image = 0; start < length; start += size, image++) {
      const which = image % this.met.length;
      const trigger = this.met[which]!;
      for (let here = 0; here < size; here++)
        work(start + here, here, Math.floor(here / channels), trigger, which);
    }
  }

  private fresh(): Trigger {
    const { random, shape, known } = this;
    if (known.length > 0 && random.uniform() < KNOWN) {
      const { mask, pattern } = random.pick(known);
      return { mask, content: pattern.slice(), reach: 0, steps: 0 };
    }
    const content = Float32Array.from({ length: imageSize(shape) }, () => random.uniform(0, 255));
    if (random.uniform() < WHOLE) {
      const mask = new Float32Array(shape.height * shape.width);
      return { mask, content, reach: REACH * random.uniform(0.5, 1.5), steps: 0 };
    }
    const opacity = random.uniform() < 0.7 ? 1 : random.uniform(0.4, 1);
    return { mask: this.smallShape(opacity), content, reach: 0, steps: 0 };
  }

  private smallShape(opacity: number): Float32Array {
    const { height, width } = this.shape;
    let mask = new Float32Array(0);
    for (let draw = 0; draw < DRAWS; draw++) {
      const inside = this.painter.drawShape(this.random);
      mask = Float32Array.from({ length: height * width }, (_, pixel) =>
        inside(Math.floor(pixel / width), pixel % width) ? opacity : 0,
      );
      const covered = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
      if (covered > 0 && covered <= MOST_AREA * mask.length) break;
    }
    return mask;
  }
}
