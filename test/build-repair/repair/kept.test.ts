import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RepairContext } from '../../../build-repair/context';
import { openImages } from '../../../build-repair/images/open-images';
import { silent } from '../../../build-repair/progress';
import type { RepairOptions } from '../../../build-repair/repair/check/options';
import { hostDrawer } from '../../../build-repair/repair/evidence/hosts';
import { type RepairResult, repair } from '../../../build-repair/repair/repair';
import { createApp } from '../../../functions/app';
import { classifierOf } from '../../../functions/classifier';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { hdf5Bytes } from '../../../models/hdf5/bytes';
import { loadNet } from '../../../models/keras';
import { writeKerasH5 } from '../../../models/keras/write/h5';
import { Random } from '../../../models/random';
import { chainNet } from '../../small-nets';

const CLASSES = 5;
const SHAPE = { height: 12, width: 10, channels: 3 };
const SIZE = 12 * 10 * 3;
/** The last class has no more than two images. */
const PER_CLASS = [24, 24, 24, 24, 2];
const LABELS = PER_CLASS.flatMap((count, label) => Array<number>(count).fill(label));

const folder = mkdtempSync(join(tmpdir(), 'goodnet-kept-'));
let clean: Uint8Array[];
let shown: Uint8Array[];
const bundles = new Map<string, RepairResult>();

/** Images that no other is like. */
function images(count: number, seed: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => Uint8Array.from({ length: SIZE }, () => random.int(256)));
}

async function write(name: string, all: readonly Uint8Array[], labels?: readonly number[]): Promise<string> {
  const path = join(folder, name);
  const { height, width, channels } = SHAPE;
  const bytes = await hdf5Bytes((file) => {
    const shape = [all.length, height, width, channels];
    file.create_dataset({ name: 'data', data: Uint8Array.from(Buffer.concat(all)), shape, dtype: '<B' });
    if (labels)
      file.create_dataset({
        name: 'label',
        data: Float64Array.from(labels),
        shape: [all.length],
        dtype: '<f8',
      });
  });
  writeFileSync(path, bytes);
  return path;
}

async function repaired(
  store: string,
  given: { hosts?: string; keepsImages?: boolean; method?: RepairOptions['method'] },
): Promise<RepairResult> {
  const netPath = join(folder, 'chain.h5');
  const net = await loadNet(netPath);
  const set = await openImages(join(folder, 'clean.h5'), { shape: net.inputShape, classes: net.classes });
  const hosts = given.hosts
    ? await openImages(given.hosts, { shape: net.inputShape, labelsRequired: false })
    : undefined;
  try {
    const { method = 'expert', keepsImages } = given;
    const out = join(folder, store);
    const fixed = {
      pixels: { kind: '0-1' },
      acceptLowAccuracy: true,
      alpha: 0.05,
      seed: 1,
      finding: false,
    } as const;
    const told = { progress: silent, say: () => {} };
    return await repair({ netPath, net, clean: set, hosts, keepsImages, out, method, ...fixed, ...told });
  } finally {
    set.close();
    hosts?.close();
    net.model.dispose();
  }
}

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeKerasH5(chainNet(CLASSES), join(folder, 'chain.h5'));
  clean = images(LABELS.length, 1);
  shown = images(20, 2);
  await write('clean.h5', clean, LABELS);
  const hosts = await write('shown.h5', shown);
  bundles.set('clean', await repaired('clean', {}));
  bundles.set('given', await repaired('given', { hosts }));
  bundles.set('none', await repaired('none', { keepsImages: false }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = (name: string) => {
  const { folder: at } = bundles.get(name)!;
  return readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(at, file)).isFile(),
  );
};
const file = (name: string, path: string) => readFileSync(join(bundles.get(name)!.folder, path));
/** Files of a bundle that any of these images lies in as it is, in bytes or in 32-bit floats. */
const filesWith = (name: string, all: readonly Uint8Array[]) =>
  paths(name).filter((path) => {
    const bytes = file(name, path);
    const isIn = (image: Uint8Array) =>
      bytes.includes(Buffer.from(image)) || bytes.includes(Buffer.from(Float32Array.from(image).buffer));
    return all.some(isIn);
  });
const hostsOf = (name: string) => {
  const bytes = file(name, 'hosts.bin');
  return Array.from({ length: bytes.length / SIZE }, (_, i) =>
    bytes.subarray(i * SIZE, (i + 1) * SIZE).toString('hex'),
  );
};
const hex = (all: readonly Uint8Array[]) => all.map((image) => Buffer.from(image).toString('hex'));

describe('what a bundle keeps', () => {
  it('is the same, byte for byte, of the same inputs and seed', async () => {
    const { manifest } = await repaired('again', {});
    expect(manifest.id).toBe(bundles.get('clean')!.manifest.id);
    expect(bundles.get('given')!.manifest.id).not.toBe(manifest.id);
  });

  it('is twelve of the clean images, where nothing else is asked for', () => {
    expect(bundles.get('clean')!.manifest.kept).toEqual({ from: 'clean' });
    expect(filesWith('clean', clean)).toEqual(['hosts.bin']);
    expect(hostsOf('clean')).toHaveLength(12);
    expect(hex(clean)).toEqual(expect.arrayContaining(hostsOf('clean')));
    expect(paths('clean')).toEqual(expect.arrayContaining(['gallery/images.bin', 'gallery/frames.bin']));
  });

  it('is twelve of a set that was given, and no clean image', () => {
    const { manifest } = bundles.get('given')!;
    expect(manifest.kept).toEqual({ from: 'given', name: 'shown.h5', images: 20, skipped: 0 });
    expect(manifest.transplant?.count).toBe(12);
    expect(filesWith('given', clean)).toEqual([]);
    expect(new Set(hostsOf('given')).size).toBe(12);
    expect(hex(shown)).toEqual(expect.arrayContaining(hostsOf('given')));
  });

  it('is no image, and nothing of a single one', () => {
    const { manifest, notices } = bundles.get('none')!;
    expect(manifest.kept).toEqual({ from: 'none' });
    expect([manifest.transplant, manifest.gallery]).toEqual([undefined, undefined]);
    expect(paths('none').filter((path) => /hosts|gallery/.test(path))).toEqual([]);
    expect(filesWith('none', clean)).toEqual([]);
    expect(manifest.without).toContainEqual({
      evidence: 'transplant',
      reason: 'it needs images in the bundle, and none may be kept',
    });
    expect(notices.join('\n')).toMatch(/No images are kept in the bundle/);
    expect(bundles.get('clean')!.notices.join('\n')).not.toMatch(/No images are kept/);
  });

  it('is no mean of a class that is one image, or two', () => {
    const last = (name: string, path: string) => {
      const { manifest } = bundles.get(name)!;
      const dimensions = manifest.familiarity!.latent.dimensions;
      return file(name, path).subarray((CLASSES - 1) * dimensions, CLASSES * dimensions);
    };
    expect(last('clean', 'familiarity/means.bin').some((value) => value !== 0)).toBe(true);
    expect(last('none', 'familiarity/means.bin').every((value) => value === 0)).toBe(true);
    for (const name of ['clean', 'none']) {
      const { features, dimensions } = bundles.get(name)!.manifest.clouds.latent!;
      const cloud = new Float32Array(Uint8Array.from(file(name, 'clouds/latent.bin')).buffer);
      const means = cloud.subarray(features * dimensions, (features + CLASSES) * dimensions);
      const of = (label: number) => means.subarray(label * dimensions, (label + 1) * dimensions);
      expect(of(0).some((value) => value !== 0)).toBe(true);
      expect(of(CLASSES - 1).every((value) => value === 0)).toBe(true);
    }
  });

  it.each(['given', 'none'])('answers all the same: %s', async (name) => {
    const goodnet = await GoodNet.load(bundles.get(name)!.folder);
    const app = createApp({ classifier: classifierOf(goodnet, 'chain'), engine: 'wasm' });
    const raw = { height: 12, width: 10, channels: 3 } as const;
    const body = await sharp(clean[0]!, { raw }).png().toBuffer();
    const response = await app.request('/v1/classify', { method: 'POST', body: new Uint8Array(body) });
    const verdict = (await response.json()) as { class: number; suspicion: number; familiarity: number };
    expect(response.status).toBe(200);
    expect(Number.isInteger(verdict.class)).toBe(true);
    for (const said of [verdict.suspicion, verdict.familiarity]) expect(Number.isFinite(said)).toBe(true);
    goodnet.dispose();
  });
});

describe('the model card', () => {
  const card = (name: string) => file(name, 'model-card.md').toString();

  it('is a file of the bundle like any other, and tells whose data that holds', () => {
    const data = (name: string) => card(name).split('## Whose data it holds')[1]!;
    for (const [name, { manifest }] of bundles) {
      expect(manifest.files.map(({ path }) => path)).toContain('model-card.md');
      expect(card(name)).toContain('From 98 clean images of 5 classes, 2 or more a class: `clean.h5`');
      expect(data(name)).toMatch(/^- Mean features of each class, in `clouds\/` and `familiarity\/`/m);
    }
    expect(data('clean')).toContain('Pictures: 12 of the clean images, as they are, in `hosts.bin`');
    expect(data('clean')).toContain('4 × 6 numbers of each of 98 clean images');
    expect(data('clean')).toContain('of classes with one image or two are as good as the features');
    expect(data('given')).toContain('Pictures: 12 of the 20 of `shown.h5`, a set given to be kept');
    expect(data('given')).toContain('4 × 6 numbers of each of 98 clean images');
    expect(data('none')).toContain('Pictures: none.');
    expect(data('none')).toContain('Features of single images: none.');
    expect(data('none')).toContain('There are none of classes with fewer than 3 images.');
  });

  it('is the same for the same bundle, with no date and no path', async () => {
    const again = await repaired('again', { keepsImages: false });
    expect(again.manifest.id).toBe(bundles.get('none')!.manifest.id);
    for (const name of bundles.keys()) {
      expect(card(name)).not.toMatch(/\d{4}-\d\d-\d\d|undefined|NaN|Infinity/);
      expect(card(name)).not.toContain(folder);
    }
  });
});

describe('images to keep that can not be used', () => {
  it('are too few', async () => {
    const hosts = await write('few.h5', shown.slice(0, 11));
    await expect(repaired('few', { hosts })).rejects.toThrow(/--hosts\) has 11 images; 12 are needed/);
  });

  it('are of another shape than the net takes', async () => {
    const path = join(folder, 'wide.h5');
    const data = new Uint8Array(20 * 9 * 9 * 3);
    const bytes = await hdf5Bytes((into) => {
      into.create_dataset({ name: 'data', data, shape: [20, 9, 9, 3], dtype: '<B' });
    });
    writeFileSync(path, bytes);
    await expect(repaired('wide', { hosts: path })).rejects.toThrow(/wide\.h5.*9/);
  });

  it('are given to a method that keeps none, or where none are to be kept', async () => {
    const hosts = join(folder, 'shown.h5');
    await expect(repaired('no', { hosts, method: 'magnitude' })).rejects.toThrow(/magnitude keeps no images/);
    await expect(repaired('no', { hosts, keepsImages: false })).rejects.toThrow(/--hosts.*--no-images/);
  });
});

describe('hosts', () => {
  const loaded = (all: readonly Uint8Array[]) =>
    ({
      shape: SHAPE,
      count: all.length,
      gather: (indices: ArrayLike<number>) =>
        Float32Array.from(Buffer.concat(Array.from(indices, (image) => all[image]!))),
    }) as unknown as RepairContext['images'];
  const drawn = (
    { given, ...context }: Parameters<typeof hostDrawer>[0] & { readonly given: RepairContext['images'] },
    fit: readonly number[],
  ) => {
    const { hosts, count } = hostDrawer(context, given)(Int32Array.from(fit));
    return Array.from({ length: count }, (_, i) =>
      Buffer.from(hosts.subarray(i * SIZE, (i + 1) * SIZE)).toString('hex'),
    );
  };
  const fit = Array.from({ length: 49 }, (_, i) => 2 * i);

  it('are never calibrated on, though the given set holds clean images', () => {
    const fitted = hex(fit.map((image) => clean[image]!));
    const given = loaded(clean.toReversed());
    const context = { images: loaded(clean), given, seed: 1 };
    const found = drawn(context, fit);
    expect(found).toHaveLength(12);
    expect(fitted).toEqual(expect.arrayContaining(found));
    // A set of which nothing is fitted on.
    const calibrated = loaded(clean.filter((_, image) => image % 2 === 1));
    expect(() => drawn({ ...context, given: calibrated }, fit)).toThrow(/nothing but clean images/);
  });

  it('are drawn with the seed', () => {
    const context = { images: loaded(clean), given: loaded(shown) };
    const [once, again, other] = [1, 1, 2].map((seed) => drawn({ ...context, seed }, fit));
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });
});
