import { Problem } from './problem';

/** The most pieces of one caller's work that wait: sixteen requests of as many images as one may have. */
const MOST_OF_ONE = 1024;
const MOST_OF_ALL = 4 * MOST_OF_ONE;

/** Lets a few pieces of work run at once; callers take turns, however much one of them has waiting. */
export class FairQueue {
  private running = 0;
  private count = 0;
  /** What waits, by caller; whose turn is next stands first. */
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(
    private readonly most: number,
    private readonly limits: { readonly ofOne: number; readonly ofAll: number } = {
      ofOne: MOST_OF_ONE,
      ofAll: MOST_OF_ALL,
    },
  ) {}

  /**
   * Runs work when its turn has come.
   * @param caller whose work it is
   * @throws Problem `overloaded` where too much waits; whatever the work throws
   */
  async take<T>(caller: string, work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) this.running++;
    else await this.turnOf(caller);
    try {
      return await work();
    } finally {
      this.goOn();
    }
  }

  private turnOf(caller: string): Promise<void> {
    const own = this.waiting.get(caller) ?? [];
    if (own.length >= this.limits.ofOne || this.count >= this.limits.ofAll) {
      throw new Problem('overloaded', 'Too many images wait; try again in a second.', { 'Retry-After': '1' });
    }
    this.waiting.set(caller, own);
    this.count++;
    return new Promise((resolve) => own.push(resolve));
  }

  /** Hands the place on to the next caller, who goes to the end. */
  private goOn(): void {
    const [next] = this.waiting;
    if (!next) {
      this.running--;
      return;
    }
    const [caller, own] = next;
    this.waiting.delete(caller);
    const resolve = own.shift();
    if (own.length > 0) this.waiting.set(caller, own);
    this.count--;
    resolve?.();
  }
}
