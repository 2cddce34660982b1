import { describe, expect, it } from 'vitest';
import { batched } from '../../functions/batching';
import type { Classifier } from '../../functions/classifier';
import { type Stage, unwatched } from '../../functions/observe/watch';
import type { BundleThreads } from '../../functions/threads/pool';
import { colours } from './stand-in';

const image = (colour: number) => {
  const pixels = new Uint8Array(60);
  for (let i = colour; i < 60; i += 3) pixels[i] = 200;
  return pixels;
};

function counting(): { classifier: Classifier; sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    classifier: {
      ...colours,
      async classify(pixels, count, top = 0) {
        sizes.push(count);
        const verdicts = await colours.classify(pixels, count);
        const answers = [0, 1, 2].map((each) => ({ class: each, probability: 1 / 3 })).slice(0, top);
        return top === 0
          ? verdicts
          : verdicts.map((each) => ({ ...each, top: { bad: answers, repaired: answers } }));
      },
    },
  };
}

describe('batching', () => {
  it('runs what comes together in one go, and gives each its own', async () => {
    const { classifier, sizes } = counting();
    const { classify } = batched(classifier, { maxBatch: 8 });
    const asked = Array.from({ length: 20 }, (_, i) => i % 3);
    const answers = await Promise.all(asked.map((colour) => classify(image(colour), 1)));
    expect(answers.map(([verdict]) => verdict!.class)).toEqual(asked);
    expect(sizes).toEqual([8, 8, 4]);
  });

  it('keeps requests whole, a large one alone, and tells no more than was asked', async () => {
    const { classifier, sizes } = counting();
    const { classify } = batched(classifier, { maxBatch: 4 });
    const large = new Uint8Array(6 * 60);
    const [first, second, third] = await Promise.all([
      classify(large, 6),
      classify(image(1), 1, 2),
      classify(Float32Array.from(image(2)), 1),
    ]);
    expect(sizes).toEqual([6, 2]);
    expect(first).toHaveLength(6);
    expect(second![0]).toMatchObject({ class: 1, top: { bad: [{ class: 0 }, { class: 1 }] } });
    expect(third![0]!.class).toBe(2);
    expect(third![0]!).not.toHaveProperty('top');
  });

  it('turns away what can not wait, and recovers', async () => {
    const { classifier } = counting();
    const { classify } = batched(classifier, { maxWaiting: 2 });
    const waiting = [classify(image(0), 1), classify(image(0), 1)];
    await expect(classify(image(0), 1)).rejects.toMatchObject({
      problem: 'overloaded',
      headers: { 'Retry-After': '1' },
    });
    await Promise.all(waiting);
    expect(await classify(image(1), 1)).toHaveLength(1);
  });

  it('lets callers take turns, and leaves room for others, however much one sends', async () => {
    const { classifier, sizes } = counting();
    const { classify } = batched(classifier, { maxBatch: 4, maxWaiting: 16 });
    const order: string[] = [];
    const ask = async (name: string, count: number) => {
      await classify(new Uint8Array(count * 60), count, 0, name[0]);
      order.push(name);
    };
    const asked = [ask('a1', 4), ask('a2', 4), ask('a3', 4)];
    await expect(ask('a4', 1)).rejects.toMatchObject({ problem: 'overloaded' });
    asked.push(ask('b1', 2), ask('c1', 2));
    await expect(ask('b2', 1)).rejects.toMatchObject({ problem: 'overloaded' });
    await Promise.all(asked);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
    expect(sizes).toEqual([4, 4, 4, 4]);
  });

  it('has nobody wait for more than a part of another’s images, which are answered as they came', async () => {
    const { classifier, sizes } = counting();
    const { classify } = batched(classifier);
    const order: string[] = [];
    const pixels = new Uint8Array(64 * 60).map((_, i) => (i * 7) % 256);
    const large = classify(pixels, 64, 0, 'a').then((verdicts) => {
      order.push('a');
      return verdicts;
    });
    const small = Array.from({ length: 20 }, () => classify(image(0), 1, 0, 'a'));
    await classify(image(0), 1, 0, 'b').then(() => order.push('b'));
    expect(await large).toEqual(await colours.classify(pixels, 64));
    await Promise.all(small);
    expect(order).toEqual(['b', 'a']);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(17);
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(85);
  });

  it('fails those of a batch that failed, and goes on', async () => {
    let fails = true;
    const { classify } = batched({
      ...colours,
      classify: (pixels, count) =>
        fails ? Promise.reject(new Error('broken')) : colours.classify(pixels, count),
    });
    await expect(classify(image(0), 1)).rejects.toThrow('broken');
    fails = false;
    expect(await classify(image(0), 1)).toHaveLength(1);
  });

  it('tells how long each request waited, and how long the nets took on each batch', async () => {
    const told: string[] = [];
    const watch = {
      ...unwatched,
      stage(stage: Stage, seconds: number) {
        expect(seconds).toBeGreaterThanOrEqual(0);
        told.push(stage);
      },
    };
    const { classify } = batched(counting().classifier, { maxBatch: 2, watch });
    await Promise.all([0, 1, 2].map((colour) => classify(image(colour), 1)));
    expect(told).toEqual(['queue', 'queue', 'nets', 'queue', 'nets']);
  });

  it('gives other threads a part of many images, and does it itself where they fail', async () => {
    const { classifier, sizes } = counting();
    const theirs: number[] = [];
    let fails = false;
    let warmed = 0;
    const bundleThreads: BundleThreads = {
      warm: () => {
        warmed++;
      },
      free: () => (warmed > 1 ? 1 : 0),
      isBusy: () => false,
      async classify(pixels, count) {
        theirs.push(count);
        if (fails) throw new Error('it ended');
        return await colours.classify(pixels, count);
      },
      forget() {},
    };
    const { classify } = batched(classifier, { bundleThreads });
    const ask = async (count: number) => {
      const asked = Array.from({ length: count }, (_, i) => i % 3);
      const answers = await Promise.all(asked.map((colour) => classify(image(colour), 1)));
      expect(answers.map(([verdict]) => verdict!.class)).toEqual(asked);
      return { own: sizes.splice(0), theirs: theirs.splice(0) };
    };
    expect(await ask(3)).toEqual({ own: [3], theirs: [] });
    expect(warmed).toBe(0);
    expect(await ask(8)).toEqual({ own: [8], theirs: [] });
    expect(await ask(8)).toEqual({ own: [3], theirs: [5] });
    expect(await ask(1)).toEqual({ own: [1], theirs: [] });
    fails = true;
    const { own, theirs: tried } = await ask(8);
    expect([own.sort(), tried]).toEqual([[3, 5], [5]]);
  });
});
