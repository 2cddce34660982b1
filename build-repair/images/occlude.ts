import { type ImageShape, imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { blob, rectangle, stroke } from './shapes';

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
    const { height, width, channels } = this.shape;
    const inside = this.random.pick([rectangle, stroke, blob])(this.random, this.shape);
    const opacity = this.random.uniform(0.5, 1);
    const noisy = this.random.uniform() < 0.3;
    const colour = Array.from({ length: channels }, () => this.random.uniform(0, 255));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!inside(y, x)) continue;
        const at = (y * width + x) * channels;
        for (let c = 0; c < channels; c++) {
          const paint = noisy ? this.random.uniform(0, 255) : colour[c]!;
          image[at + c] = image[at + c]! * (1 - opacity) + paint * opacity;
        }
      }
    }
  }
}
