import type { Stretch } from './outline';

/** A file in more pieces than any program writes one. */
const MANY = 1000;

/** Gathers stretches of a file from first to last; what follows upon another is one. */
export class Stretches {
  private readonly list: [from: number, to: number][] = [];

  add(from: number, to: number): void {
    const last = this.list.at(-1);
    if (last?.[1] === from) last[1] = to;
    else if (to > from) this.list.push([from, to]);
  }

  get areMany(): boolean {
    return this.list.length > MANY;
  }

  /** @returns undefined where they are all of a file of so many bytes */
  of(length: number): readonly Stretch[] | undefined {
    const [first, second] = this.list;
    return !second && first?.[0] === 0 && first[1] === length ? undefined : this.list;
  }
}

/** These stretches of a file alone, one after the other. */
export function gathered(bytes: Uint8Array, stretches: readonly Stretch[]): Uint8Array {
  return concatenated(stretches.map(([from, to]) => bytes.subarray(from, to)));
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
