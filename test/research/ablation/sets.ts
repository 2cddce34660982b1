import type { ImageBatch, ImageSet } from '../../../models/images/set';

/** Every other image of a set: its even rows, from the first on, or the odd ones. */
export function everyOther(set: ImageSet, half: 'even' | 'odd'): ImageSet {
  const rest = half === 'even' ? 0 : 1;
  return {
    ...set,
    size: Math.floor((set.size + 1 - rest) / 2),
    async *batches(batchSize) {
      let row = 0;
      for await (const batch of set.batches(batchSize)) {
        const start = row;
        row += batch.names.length;
        yield rowsOf(batch, (i) => (start + i) % 2 === rest);
      }
    },
    close() {},
  };
}

/** The first images of a set. */
export function firstOf(set: ImageSet, most: number): ImageSet {
  return {
    ...set,
    size: Math.min(set.size, most),
    async *batches(batchSize) {
      let row = 0;
      for await (const batch of set.batches(batchSize)) {
        if (row >= most) return;
        const left = most - row;
        row += batch.names.length;
        yield left >= batch.names.length ? batch : rowsOf(batch, (i) => i < left);
      }
    },
    close() {},
  };
}

/** Sets one after the other. */
export function oneAfterTheOther(name: string, sets: readonly [ImageSet, ...ImageSet[]]): ImageSet {
  return {
    ...sets[0],
    name,
    size: sets.reduce((sum, { size }) => sum + size, 0),
    async *batches(batchSize) {
      for (const set of sets) yield* set.batches(batchSize);
    },
    close() {},
  };
}

/**
 * Images as they are seen in service: clean ones, and so many with triggers that these are one in five.
 * @param poisoned a set a trigger; none for a net without
 */
export function seenInService(clean: ImageSet, poisoned: readonly ImageSet[]): ImageSet {
  const each = Math.floor(clean.size / 4 / Math.max(poisoned.length, 1));
  return oneAfterTheOther('service', [clean, ...poisoned.map((set) => firstOf(set, each))]);
}

function rowsOf(batch: ImageBatch, isWanted: (row: number) => boolean): ImageBatch {
  const { pixels, labels, trueLabels, groups, names } = batch;
  const size = pixels.length / names.length;
  const row = (_: unknown, i: number) => isWanted(i);
  return {
    pixels: pixels.filter((_, at) => isWanted(Math.floor(at / size))),
    labels: labels?.filter(row),
    trueLabels: trueLabels?.filter(row),
    groups: groups?.filter(row),
    names: names.filter(row),
  };
}
