import { Problem } from './problem';

/** How much the service takes. */
export interface Limits {
  /** Bytes of one image. */
  readonly maxBytes: number;
  /** Bytes of a request; JSON holds an image as base64, which is a third longer. */
  readonly maxRequestBytes: number;
  /** Width × height of one image. */
  readonly maxPixels: number;
  /** Bytes of all images that are being received or wait their turn; beyond it requests are turned away. */
  readonly maxHeld: number;
  /** Images that are decoded at once. */
  readonly maxDecoding: number;
  /** Objects of the store of uploads that are fetched, or wait to be decoded, at once: each may be as large as an image. */
  readonly maxFetched: number;
}

export const LIMITS: Limits = {
  maxBytes: 10 * 2 ** 20,
  maxRequestBytes: 20 * 2 ** 20,
  maxPixels: 25e6,
  maxHeld: 64 * 2 ** 20,
  maxDecoding: 2,
  maxFetched: 8,
};

/** Counts the bytes that requests hold, so that many large ones at once can't exhaust memory. */
export class HeldBytes {
  private held = 0;
  constructor(private readonly most: number) {}

  /**
   * Runs work that holds some bytes.
   * @throws Problem `overloaded` where there is no room
   */
  async during<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.held + bytes > this.most) {
      throw new Problem('overloaded', 'Too many images at once; try again in a second.', {
        'Retry-After': '1',
      });
    }
    this.held += bytes;
    try {
      return await work();
    } finally {
      this.held -= bytes;
    }
  }
}

/** Lets a few pieces of work run at once; the others wait their turn. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  constructor(private readonly most: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
