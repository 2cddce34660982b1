import { Random } from '../../../models/random';

/** So many paintings are remembered. Origin: see unlearn. */
const REMEMBERED = 200;
/** Of those that are painted, the share that is remembered ones. Origin: see unlearn. */
const SHARE = 0.5;
/** How a painting's loss counts beside what it was before, and how that fades. Origin: chosen by hand; not varied. */
const NEW = 0.5;
const FADES = 0.9;

/** Remembers the paintings that turned the net the most, so that other pictures are painted so, too: what still works is practised. */
export class HardPaintings {
  private readonly random: Random;
  private losses = new Map<number, number>();

  constructor(seed: number, stream: string) {
    this.random = new Random(seed, `hard paintings ${stream}`);
  }

  /** A painting to paint: a new one, or one that is remembered. */
  next(): number {
    const { random, losses } = this;
    return losses.size > 0 && random.uniform() < SHARE
      ? random.pick([...losses.keys()])
      : random.int(2 ** 31 - 1);
  }

  /** Takes note of the losses of pictures that were painted so. */
  note(paintings: readonly number[], losses: ArrayLike<number>): void {
    const faded = new Map([...this.losses].map(([painting, loss]) => [painting, loss * FADES]));
    paintings.forEach((painting, i) => {
      const before = this.losses.get(painting);
      faded.set(painting, before === undefined ? losses[i]! : NEW * losses[i]! + (1 - NEW) * before);
    });
    this.losses = new Map([...faded].sort(([, a], [, b]) => b - a).slice(0, REMEMBERED));
  }
}
