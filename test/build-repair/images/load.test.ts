import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadImages } from '../../../build-repair/images/load';
import { openImages } from '../../../build-repair/images/open-images';
import { GoodNetError } from '../../../models/errors';
import type { ImageBatch, ImageSet } from '../../../models/images/set';
import { pixelsOf, readAll, temporaryFolder, writeHdf5 } from '../../models/images/write-hdf5';
import { writeFiles } from './write-images';

const folder = temporaryFolder();
const shape = { height: 2, width: 2, channels: 3 };
const COUNT = 700;

/** A set of bytes at first, of whole floats then, of broken ones last. */
function mixedSet(): ImageSet {
  async function* batches(): AsyncGenerator<ImageBatch, void, void> {
    for (let start = 0; start < COUNT; start += 100) {
      const names = Array.from({ length: 100 }, (_, i) => `image ${start + i}`);
      const values = Float32Array.from({ length: 1200 }, (_, i) => ((start * 12 + i) * 7) % 256);
      if (start >= 500) values[1199] = 0.5;
      yield {
        pixels: start < 300 ? Uint8Array.from(values) : values,
        labels: Int32Array.from(names, (_, i) => (start + i) % 10),
        trueLabels: undefined,
        groups: names.map((_, i) => `g${Math.floor((start + i) / 5)}`),
        names,
      };
    }
  }
  const has = { name: 'mixed', size: COUNT, labelled: true, classNames: undefined, skipped: [] };
  return { ...has, shape, batches, close() {} };
}

describe('loadImages', () => {
  it.each([
    ['in memory', 1e9],
    ['partly in a temporary file', 3000],
    ['wholly in a temporary file', 0],
  ])('gives images in any order, %s', async (_, memoryBytes) => {
    const all = pixelsOf(await readAll(mixedSet()));
    const progress = vi.fn();
    const images = await loadImages(mixedSet(), { memoryBytes, onProgress: progress });
    expect(images).toMatchObject({ count: COUNT, shape, trueLabels: undefined });
    expect(progress).toHaveBeenLastCalledWith(COUNT, COUNT);
    const indices = [699, 0, 250, 599, 100, 99, 0, 350];
    const expected = indices.flatMap((i) => all.slice(i * 12, i * 12 + 12));
    expect([...images.gather(indices)]).toEqual(expected);
    expect([...images.gather(Int32Array.from({ length: COUNT }, (_, i) => i))]).toEqual(all);
    expect(images.labels[123]).toBe(3);
    expect(images.groups![123]).toBe('g24');
    expect(images.names[123]).toBe('image 123');
    expect(images.gather([])).toHaveLength(0);
    expect(() => images.gather([COUNT])).toThrow(RangeError);
    images.dispose();
    images.dispose();
  });

  it('leaves no file behind, not even while it runs', async () => {
    vi.stubEnv('TMPDIR', folder);
    const before = readdirSync(folder);
    const images = await loadImages(mixedSet(), { memoryBytes: 0 });
    expect(readdirSync(folder)).toEqual(before);
    images.dispose();
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    const failing = loadImages(mixedSet(), { memoryBytes: 0 });
    await expect(failing).rejects.toThrow(/temporary file/);
    await expect(failing).rejects.toMatchObject({ kind: 'environment' });
    vi.unstubAllEnvs();
  });

  it('keeps labels and images together where bad ones are left out', async () => {
    const data = Float32Array.from({ length: 5 * 12 }, (_, i) => 20 + i);
    data[1 * 12] = Number.NaN;
    const path = await writeHdf5(join(folder, 'bad.h5'), {
      data: { data, shape: [5, 2, 2, 3] },
      label: { data: Int32Array.of(0, 1, 2, 3, 4) },
      true_label: { data: Int32Array.of(4, 3, 2, 1, 0) },
    });
    const images = await loadImages(await openImages(path, { shape, classes: 5, skipBad: true }));
    expect([...images.labels]).toEqual([0, 2, 3, 4]);
    expect([...images.trueLabels!]).toEqual([4, 2, 1, 0]);
    expect([...images.gather([1])]).toEqual([...data.subarray(24, 36)]);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('Ctrl-C'));
    await expect(loadImages(mixedSet(), { signal: controller.signal, onProgress })).rejects.toThrow('Ctrl-C');
  });

  it('refuses a set without labels, and one without a single readable image', async () => {
    const path = writeFiles(join(folder, 'texts'), { '0/a.png': 'a', '1/b.png': 'b' });
    const unlabelled = await openImages(path, { shape, labelsRequired: false });
    await expect(loadImages(unlabelled)).rejects.toThrow(/texts has no labels/);
    const unreadable = loadImages(await openImages(path, { shape, classes: 2, skipBad: true }));
    await expect(unreadable).rejects.toThrow(/none of its 2 images can be read/);
    await expect(unreadable).rejects.toThrow(GoodNetError);
  });
});
