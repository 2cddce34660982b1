import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storedCatalogue } from '../../functions/catalogue/stored';
import { type NetsThreads, netsThreads } from '../../functions/threads/pool';
import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { shape, writeSmallBundle } from './small-bundle';

// `npm test` builds it first.
const PROGRAM = join(import.meta.dirname, '../../dist/nets-thread.js');
const work = mkdtempSync(join(tmpdir(), 'goodnet-threads-'));
const store = join(work, 'store');
const random = new Random(1);
const size = imageSize(shape);
const pixels = Uint8Array.from({ length: 32 * size }, () => random.int(256));
let goodnet: GoodNet;
let bundle: { path: string; id: string };

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  bundle = { path: store, id: await writeSmallBundle(store) };
  goodnet = await GoodNet.load(store);
});
afterAll(() => {
  goodnet.dispose();
  rmSync(work, { recursive: true, force: true });
});

const opened: NetsThreads[] = [];
const open = (most: number, kept?: number) => {
  opened.push(netsThreads(PROGRAM, most, kept));
  return opened.at(-1)!;
};
afterAll(() => Promise.all(opened.map((threads) => threads.close())));
const soon = { timeout: 60_000, interval: 20 };

describe('threads that run nets', () => {
  it('give the same verdicts as this one', async () => {
    const bundleThreads = open(2).for(bundle);
    expect(bundleThreads.free()).toBe(0);
    await expect(bundleThreads.classify(pixels, 32, 0)).rejects.toThrow('No thread is free');
    bundleThreads.warm();
    await vi.waitFor(() => expect(bundleThreads.free()).toBe(2), soon);
    const both = [bundleThreads.classify(pixels, 32, 2), bundleThreads.classify(pixels.slice(0, size), 1, 0)];
    expect([bundleThreads.free(), bundleThreads.isBusy()]).toEqual([0, true]);
    expect(await both[0]).toEqual(await goodnet.classify(pixels, 32, 2));
    expect(await both[1]).toEqual(await goodnet.classify(pixels.slice(0, size), 1));
    expect([bundleThreads.free(), bundleThreads.isBusy()]).toEqual([2, false]);
    bundleThreads.forget();
    expect(bundleThreads.free()).toBe(0);
  });

  it('say what they can not do, and have done with a bundle that is none', async () => {
    const threads = open(1);
    const bundleThreads = threads.for(bundle);
    bundleThreads.warm();
    await vi.waitFor(() => expect(bundleThreads.free()).toBe(1), soon);
    await expect(bundleThreads.classify(pixels, 31, 0)).rejects.toThrow(/31 images of \d+ values expected/);
    expect(bundleThreads.free()).toBe(1);
    const other = threads.for({ path: store, id: 'ab'.repeat(32) });
    other.warm();
    const again = threads.for(bundle);
    await vi.waitFor(async () => expect(await again.classify(pixels, 32, 0)).toHaveLength(32), soon);
    expect(other.free()).toBe(0);
  });

  it('end where nobody asks, and where they are broken', async () => {
    const idle = open(1, 2000).for(bundle);
    idle.warm();
    await vi.waitFor(() => expect(idle.free()).toBe(1), soon);
    await vi.waitFor(() => expect(idle.free()).toBe(0), soon);
    const broken = join(work, 'broken.mjs');
    writeFileSync(broken, "throw new Error('it is broken')");
    const threads = netsThreads(broken, 1);
    const bundleThreads = threads.for(bundle);
    bundleThreads.warm();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(bundleThreads.free()).toBe(0);
    await threads.close();
  });

  it('help a service while many ask, and nobody notices', async () => {
    const threads = open(1);
    const helped: number[] = [];
    const counted: NetsThreads = {
      ...threads,
      for: (of) => {
        const bundleThreads = threads.for(of);
        return {
          ...bundleThreads,
          classify: (some, count, top) => {
            helped.push(count);
            return bundleThreads.classify(some, count, top);
          },
        };
      },
    };
    const catalogue = storedCatalogue(store, { threads: counted });
    const expected = await goodnet.classify(pixels, 32);
    const ask = (image: number) =>
      catalogue.use(undefined, (model) => model.classify(pixels.slice(image * size, (image + 1) * size), 1));
    await vi.waitFor(async () => {
      const verdicts = await Promise.all(expected.map((_, image) => ask(image)));
      expect(verdicts.flat().map((each) => each.class)).toEqual(expected.map((each) => each.class));
      expect(helped.length).toBeGreaterThan(0);
    }, soon);
    expect(await ask(3)).toMatchObject([{ class: expected[3]!.class }]);
    catalogue.close();
  });
});
