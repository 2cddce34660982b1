import { letOthersRun } from '../models/event-loop';
import { ONE_CALLER } from './caller';
import { FairQueue } from './fair-queue';
import { Problem } from './problem';

/** How much the service takes. */
export interface Limits {
  /** Bytes of one image. */
  readonly maxBytes: number;
  /** Bytes of a request; JSON holds an image as base64, which is a third longer. */
  readonly maxRequestBytes: number;
  /** Width × height of one image. */
  readonly maxPixels: number;
  /**
   * Bytes of all images that have been received, in part or whole, and wait their turn; beyond it, and beyond three
   * quarters of it for one caller, requests are turned away.
   */
  readonly maxHeld: number;
  /** How slowly a body may come: over each such time it must be as fast. */
  readonly slowest: { readonly bytesPerSecond: number; readonly overSeconds: number };
  /** Images that are decoded at once. */
  readonly maxDecoding: number;
  /** Objects of the store of uploads that are fetched, or wait to be decoded, at once: each may be as large as an image. */
  readonly maxFetched: number;
}

/**
 * What is taken where nothing else is asked for.
 * Origin: chosen by hand; `npm run fuzz` and `npm run bench:hostile` hold time and memory to bounds under them.
 */
export const LIMITS: Limits = {
  maxBytes: 10 * 2 ** 20,
  maxRequestBytes: 20 * 2 ** 20,
  maxPixels: 25e6,
  maxHeld: 64 * 2 ** 20,
  slowest: { bytesPerSecond: 8000, overSeconds: 10 },
  maxDecoding: 2,
  maxFetched: 8,
};

/** Room for the bytes of one request. */
export interface Room {
  /** Whether so many more bytes fit now. @throws Problem `overloaded` where they don't */
  expect(bytes: number): void;
  /** Holds so many more bytes until the request is answered. @throws Problem `overloaded` where they don't fit */
  take(bytes: number): void;
  /** Waits until it is the request's turn to read a part of its body. */
  turn(): Promise<void>;
}

/** Parts of large bodies, of 64 KiB mostly, that are read in one turn of the event loop: 64 senders at once would fill many milliseconds of it. */
const PARTS_AT_ONCE = 4;

/**
 * Counts the bytes that requests hold, so that many large ones at once can't exhaust memory. They count as they arrive:
 * what is only announced holds nothing.
 */
export class HeldBytes {
  private held = 0;
  private readonly heldBy = new Map<string, number>();
  private readonly reading = new FairQueue(PARTS_AT_ONCE);
  constructor(private readonly most: number) {}

  /** Runs work that holds what it takes until it ends. @param caller whose work it is */
  async during<T>(caller: string, work: (room: Room) => Promise<T>): Promise<T> {
    let mine = 0;
    const expect = (bytes: number) => {
      const fits = this.held + bytes <= this.most && this.of(caller) + bytes <= this.most * ONE_CALLER;
      if (fits) return;
      throw new Problem('overloaded', 'Too many images at once; try again in a second.', {
        'Retry-After': '1',
      });
    };
    const add = (bytes: number) => {
      mine += bytes;
      this.held += bytes;
      const by = this.of(caller) + bytes;
      if (by > 0) this.heldBy.set(caller, by);
      else this.heldBy.delete(caller);
    };
    const take = (bytes: number) => {
      expect(bytes);
      add(bytes);
    };
    try {
      return await work({ expect, take, turn: () => this.reading.take(caller, letOthersRun) });
    } finally {
      add(-mine);
    }
  }

  private of(caller: string): number {
    return this.heldBy.get(caller) ?? 0;
  }
}

/** Lets a few pieces of work run at once; the others wait their turn. */
export class Semaphore {
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
