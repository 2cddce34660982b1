import { describe, expect, it } from 'vitest';
import { allImages, loadImages } from '../../../build-repair/images/load';
import type { ImageSet } from '../../../models/images/set';
import { everyOther, firstOf, seenInService } from './sets';

/** Images of one value, which is their number; the labels are ten times it. */
function numbered(name: string, count: number, first = 0): ImageSet {
  return {
    name,
    shape: { height: 1, width: 2, channels: 1 },
    size: count,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches(batchSize) {
      for (let start = 0; start < count; start += batchSize) {
        const rows = Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => first + start + i);
        yield {
          pixels: Uint8Array.from(rows.flatMap((row) => [row, row])),
          labels: Int32Array.from(rows, (row) => 10 * row),
          trueLabels: undefined,
          groups: undefined,
          names: rows.map(String),
        };
      }
    },
    close() {},
  };
}

async function read(set: ImageSet) {
  const images = await loadImages(set);
  const pixels = Array.from(images.gather(allImages(images)));
  return { size: set.size, labels: Array.from(images.labels), pixels };
}

describe('sets of an ablation', () => {
  it('everyOther parts a set in two, wherever its batches end', async () => {
    const set = numbered('all', 5);
    expect(await read(everyOther(set, 'even'))).toEqual({
      size: 3,
      labels: [0, 20, 40],
      pixels: [0, 0, 2, 2, 4, 4],
    });
    expect(await read(everyOther(set, 'odd'))).toEqual({ size: 2, labels: [10, 30], pixels: [1, 1, 3, 3] });
    const names: string[] = [];
    for await (const batch of everyOther(set, 'odd').batches(3)) names.push(...batch.names);
    expect(names).toEqual(['1', '3']);
  });

  it('firstOf ends where it is to', async () => {
    expect((await read(firstOf(numbered('all', 5), 2))).labels).toEqual([0, 10]);
    expect((await read(firstOf(numbered('all', 2), 5))).labels).toEqual([0, 10]);
  });

  it('seenInService has one image in five with a trigger, of each the same', async () => {
    const service = seenInService(numbered('clean', 8), [numbered('a', 5, 100), numbered('b', 5, 200)]);
    expect((await read(service)).labels.slice(8)).toEqual([1000, 2000]);
    expect((await read(seenInService(numbered('clean', 8), []))).size).toBe(8);
  });
});
