import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { RecoveredTrigger } from '../../finding/trigger';
import type { AdversarialTrigger } from './adversarial-trigger';
import { PaintedTrigger } from './painted-trigger';
import type { TriggerPainter } from './painter';
import { WarpTrigger } from './warp-trigger';

/** Triggers that are being learned at a time. Origin: run on faces1283 multi and cifar10 patch; see docs/method.md, "The repaired net". */
const POOL = 32;
/** Of them, how many a batch meets. Origin: as POOL. */
const MET = 8;
/** A trigger is learned in so many steps; then another takes its place. Origin: as POOL. */
const LIFE = 25;
/** Share of triggers that start from known ones, where there are any. Origin: chosen by hand; not varied. */
const KNOWN = 0.3;
/** Share of triggers that warp. Origin: on cifar-warp, twice as many were no better. */
const WARPED = 0.25;
/** Of the others, the share of those that change the whole picture a little. Origin: as POOL. */
const WHOLE = 0.5;
/** How much those change a value at most, of 255. Origin: as POOL. */
const REACH = 0.05 * 255;
/** The others hide at most so much of the picture. Origin: as POOL; at half of it, the net of faces unlearned faces. */
const MOST_AREA = 0.05;
/** Shapes are drawn so often for one that is small enough; else the last is taken. Origin: no choice: it only ends the search. */
const DRAWS = 50;

/**
 * Triggers, the same on many pictures, that turn a net from the true classes as much as they can while the net is taught not to be
 * turned (adversarial unlearning: Zeng et al., I-BAU, ICLR 2022; Wei et al., SAU, NeurIPS 2023). Each lives for some steps: their
 * gradients come with those of the net's own training (Shafahi et al., Adversarial Training for Free, NeurIPS 2019). What turns
 * most pictures with least effort is the backdoor; known triggers are where some of them start.
 */
export class AdversarialTriggers {
  private readonly random: Random;
  private readonly pool: { trigger: AdversarialTrigger; steps: number }[];
  private met: (typeof this.pool)[number][] = [];
  /** The pictures that were stamped last, as they were before. */
  private before = new Float32Array(0);

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
    this.pool = Array.from({ length: POOL }, () => ({ trigger: this.fresh(), steps: this.random.int(LIFE) }));
  }

  /** Stamps triggers on pictures in place, in turn. @param pixels n pictures, values of 0–255 */
  stamp(pixels: Float32Array): void {
    const order = this.random.permutation(POOL);
    this.met = Array.from(order.subarray(0, MET), (place) => {
      if (this.pool[place]!.steps >= LIFE) this.pool[place] = { trigger: this.fresh(), steps: 0 };
      return this.pool[place]!;
    });
    this.before = pixels.slice();
    this.eachImage(pixels, (image, { trigger }) => trigger.stamp(image));
  }

  /** Learns from the last stamping. @param gradient of the loss by each value of the stamped pictures */
  learn(gradient: Float32Array): void {
    this.eachImage(gradient, (own, { trigger }, from) =>
      trigger.note(this.before.subarray(from, from + own.length), own),
    );
    for (const each of this.met) {
      each.steps++;
      each.trigger.learn();
    }
  }

  private eachImage(
    values: Float32Array,
    work: (own: Float32Array, met: (typeof this.met)[number], from: number) => void,
  ): void {
    const size = imageSize(this.shape);
    for (let from = 0, image = 0; from < values.length; from += size, image++)
      work(values.subarray(from, from + size), this.met[image % MET]!, from);
  }

  private fresh(): AdversarialTrigger {
    const { random, shape, known } = this;
    if (known.length > 0 && random.uniform() < KNOWN) {
      const { mask, pattern } = random.pick(known);
      return new PaintedTrigger(mask, pattern.slice(), 0);
    }
    const hasPlaces = shape.height > 1 && shape.width > 1;
    if (hasPlaces && random.uniform() < WARPED) return new WarpTrigger(shape, random);
    const content = Float32Array.from({ length: imageSize(shape) }, () => random.uniform(0, 255));
    if (random.uniform() < WHOLE) {
      const mask = new Float32Array(shape.height * shape.width);
      return new PaintedTrigger(mask, content, REACH * random.uniform(0.5, 1.5));
    }
    const opacity = random.uniform() < 0.7 ? 1 : random.uniform(0.4, 1);
    return new PaintedTrigger(this.smallShape(opacity), content, 0);
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
