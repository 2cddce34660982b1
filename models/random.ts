import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A seeded stream of random numbers: the same seed and name give the same stream on every machine. */
export class Random {
  private readonly generator: RandomGenerator;
  private spare: number | undefined;

  /**
   * @param seed any integer
   * @param stream a name, so that parts of a run draw from streams of their own and don't shift one another
   */
  constructor(seed: number, stream = '') {
    let mixed = seed | 0;
    for (let i = 0; i < stream.length; i++) mixed = Math.imul(mixed ^ stream.charCodeAt(i), 0x01000193);
    this.generator = xoroshiro128plus(mixed);
  }

  /** A whole number of 0…n−1. */
  int(n: number): number {
    return uniformInt(this.generator, 0, n - 1);
  }

  /** A number of [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.generator);
  }

  /** A number of the standard normal distribution (Box–Muller). */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** The numbers 0…n−1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  /** One of the items. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.int(items.length)]!;
  }
}
