import { Augmenter } from '../../../build-repair/images/augment';
import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { AttackSet } from './catalogue';
import { resample } from './triggers/resample';
import { clip } from './triggers/trigger';

/** Changes copies of n images of 0–255 at random, as a training does. */
export interface Varying {
  vary(pixels: Float32Array): Float32Array;
}

/** Faces and CIFAR-10 are varied a little; signs strongly. */
export function varying(set: AttackSet, shape: ImageShape, seed: number, stream: string): Varying {
  const isStrong = set === 'signs' || set === 'signs43';
  return isStrong ? new StrongAugmenter(shape, seed) : new Augmenter(shape, seed, stream);
}

/** How far images are varied while a net is trained from scratch; shift is a share of the side. */
const TURN = 0.2;
const SCALE = 0.15;
const SHIFT = 0.08;
/** Light: the mean of an image's values, and their standard deviation. Photographs of signs differ most in these. */
const MEAN = [40, 190] as const;
const DEVIATION = [14, 75] as const;
/** Gain of each colour. */
const COLOUR = 0.12;

/** Turns, scales, shifts, and changes light and colour of n images of 0–255; the original is left alone. */
export class StrongAugmenter implements Varying {
  private readonly random: Random;

  constructor(
    private readonly shape: ImageShape,
    seed: number,
  ) {
    this.random = new Random(seed, 'strong augmentation');
  }

  vary(pixels: Float32Array): Float32Array {
    const size = imageSize(this.shape);
    const varied = new Float32Array(pixels.length);
    for (let start = 0; start < pixels.length; start += size) {
      const to = varied.subarray(start, start + size);
      this.place(pixels.subarray(start, start + size), to);
      this.light(to);
    }
    return varied;
  }

  private place(from: Float32Array, to: Float32Array): void {
    const { height, width } = this.shape;
    const angle = this.random.uniform(-TURN, TURN);
    const scale = this.random.uniform(1 - SCALE, 1 + SCALE);
    const dy = this.random.uniform(-SHIFT, SHIFT) * height;
    const dx = this.random.uniform(-SHIFT, SHIFT) * width;
    const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
    const rows = new Float32Array(height * width);
    const columns = new Float32Array(height * width);
    for (let pixel = 0; pixel < rows.length; pixel++) {
      const y = Math.floor(pixel / width) - (height - 1) / 2;
      const x = (pixel % width) - (width - 1) / 2;
      rows[pixel] = (height - 1) / 2 + dy + cos * y - sin * x;
      columns[pixel] = (width - 1) / 2 + dx + sin * y + cos * x;
    }
    resample(from, this.shape, rows, columns, to);
  }

  private light(pixels: Float32Array): void {
    const random = this.random;
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const square = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
    const newMean = random.uniform(...MEAN);
    const [low, high] = DEVIATION;
    const gain = (low * (high / low) ** random.uniform()) / Math.max(1, Math.sqrt(square));
    const colours = [0, 1, 2].map(() => random.uniform(1 - COLOUR, 1 + COLOUR));
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = clip(((pixels[i]! - mean) * gain + newMean) * colours[i % 3]!);
    }
  }
}
