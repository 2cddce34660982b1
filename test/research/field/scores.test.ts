import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../../models/images/set';
import { type Judge, scoresBy } from './scores';

/** Images of one value, with labels and true labels. */
function setOf(name: string, values: number[], labels: number[], trueLabels?: number[]): ImageSet {
  return {
    name,
    shape: { height: 1, width: 1, channels: 1 },
    size: values.length,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches() {
      yield {
        pixels: Uint8Array.from(values),
        labels: Int32Array.from(labels),
        trueLabels: trueLabels && Int32Array.from(trueLabels),
        groups: undefined,
        names: values.map(String),
      };
    },
    close() {},
  };
}

/** B names the tens of the value; its ones are the suspicion. */
const judge: Judge = {
  async classify(pixels, n) {
    return Array.from({ length: n }, (_, i) => ({
      suspicion: pixels[i]! % 10,
      pValue: 1 - (pixels[i]! % 10) / 10,
      bad: { class: Math.floor(pixels[i]! / 10), probability: 1 },
    }));
  },
};

describe('what a detector says', () => {
  it('is taken of all clean images, and of poisoned ones on which the attack works', async () => {
    const test = setOf('test', [11, 22, 35], [1, 2, 0]);
    const told = setOf('told', [74, 75, 26, 78], [7, 7, 7, 7], [1, 7, 2, 3]);
    const untold = setOf('untold', [79, 30], [7, 7]);
    const { clean, poisoned } = await scoresBy(judge, test, [told, untold]);
    expect(clean.suspicion).toEqual([1, 2, 5]);
    expect(clean.pValue[2]).toBe(0.5);
    expect(poisoned.map(({ name, asked, suspicion }) => ({ name, asked, suspicion }))).toEqual([
      { name: 'told', asked: 3, suspicion: [4, 8] },
      { name: 'untold', asked: 2, suspicion: [9] },
    ]);
  });
});
