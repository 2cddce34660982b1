import { type ImageShape, imageSize } from '../../models/images/set';
import { Random } from '../../models/random';

/**
 * How far images are varied: mild enough that B answers as before. Shift is a share of the side (two pixels of 55).
 * Origin: chosen by hand; none of them varied by itself.
 */
const NOISE = 0.02 * 255;
const SHIFT = 0.037;
const CONTRAST = 0.15;
const BRIGHTNESS = 0.08 * 255;
/** Values of noise, drawn once. Origin: chosen by hand, for time; not varied. */
const NOISE_TABLE = 1 << 16;

/** How images are varied, beside contrast and brightness. */
export interface Variation {
  /** How far they are shifted, as a share of their sides. */
  readonly shift: number;
  /** The deviation of the noise, of 255. */
  readonly noise: number;
  /** Whether half of them are mirrored; left out: none is. */
  readonly mirrored?: boolean;
}

/** Varies clean images as a camera would: shifted by up to two pixels of 55, contrast, brightness, noise. */
export class Augmenter {
  private readonly random: Random;
  private readonly noise: Float32Array;
  private readonly shape: ImageShape;

  constructor(
    shape: ImageShape,
    seed: number,
    stream: string,
    private readonly how: Variation = { shift: SHIFT, noise: NOISE },
  ) {
    this.shape = shape;
    this.random = new Random(seed, `augment ${stream}`);
    this.noise = Float32Array.from({ length: NOISE_TABLE }, () => this.random.normal() * this.how.noise);
  }

  /**
   * @param pixels n images, values of 0–255, height × width × channels each
   * @returns n new images, values of 0–255
   */
  vary(pixels: Float32Array): Float32Array {
    const size = imageSize(this.shape);
    const varied = new Float32Array(pixels.length);
    for (let start = 0; start < pixels.length; start += size) {
      this.varyOne(pixels.subarray(start, start + size), varied.subarray(start, start + size));
    }
    return varied;
  }

  private varyOne(from: Float32Array, to: Float32Array): void {
    const { height, width, channels } = this.shape;
    const most = (side: number) => Math.max(1, Math.round(side * this.how.shift));
    const dy = this.random.int(2 * most(height) + 1) - most(height);
    const dx = this.random.int(2 * most(width) + 1) - most(width);
    const contrast = this.random.uniform(1 - CONTRAST, 1 + CONTRAST);
    const brightness = this.random.uniform(-BRIGHTNESS, BRIGHTNESS);
    let mean = 0;
    for (let i = 0; i < from.length; i++) mean += from[i]!;
    mean /= from.length;
    const add = mean - mean * contrast + brightness;
    let drawn = this.random.int(NOISE_TABLE);
    const isMirrored = this.how.mirrored === true && this.random.uniform() < 0.5;
    for (let y = 0; y < height; y++) {
      const sourceRow = Math.min(Math.max(y + dy, 0), height - 1) * width;
      for (let x = 0; x < width; x++) {
        const column = Math.min(Math.max(x + dx, 0), width - 1);
        const source = (sourceRow + (isMirrored ? width - 1 - column : column)) * channels;
        const target = (y * width + x) * channels;
        for (let c = 0; c < channels; c++) {
          const value = from[source + c]! * contrast + add + this.noise[drawn]!;
          drawn = (drawn + 1) & (NOISE_TABLE - 1);
          to[target + c] = value < 0 ? 0 : value > 255 ? 255 : value;
        }
      }
    }
  }
}
