import { type ImageShape, imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { blob, paintShape, rectangle, stroke } from './shapes';

/** Share of images that something is painted on. Origin: chosen by hand; not varied. */
const SHARE = 0.6;
/** Origin: chosen by hand; not varied. */
const MOST_SHAPES = 3;

/**
 * Paints shapes that stand for a trigger nobody knows yet: rectangles, curved strokes and blobs, flat or noisy,
 * opaque or half so. B′ learns to answer as B does on the clean image beneath.
 */
export class Occluder {
  private readonly random: Random;
  private readonly shape: ImageShape;

  constructor(shape: ImageShape, seed: number, stream: string) {
    this.shape = shape;
    this.random = new Random(seed, `occlude ${stream}`);
  }

  /** Paints in place. @param pixels n images, values of 0–255 */
  paint(pixels: Float32Array): void {
    const size = imageSize(this.shape);
    for (let start = 0; start < pixels.length; start += size) {
      if (this.random.uniform() >= SHARE) continue;
      const image = pixels.subarray(start, start + size);
      for (let shapes = 1 + this.random.int(MOST_SHAPES); shapes > 0; shapes--) this.paintShape(image);
    }
  }

  private paintShape(image: Float32Array): void {
    const { random, shape } = this;
    const inside = random.pick([rectangle, stroke, blob])(random, shape);
    const opacity = random.uniform(0.5, 1);
    const noisy = random.uniform() < 0.3;
    const colour = Array.from({ length: shape.channels }, () => random.uniform(0, 255));
    paintShape(image, shape, inside, opacity, (_y, _x, c) => (noisy ? random.uniform(0, 255) : colour[c]!));
  }
}
