import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type SecondOpinion,
  withSecondOpinion,
} from '../../../build-repair/repair/true-class/second-opinion';
import type { FamiliarityRule } from '../../../models/bundle/familiarity-files';
import { FORMAT_VERSION, parseManifest, sealManifest } from '../../../models/bundle/manifest';
import { packNets, unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { writeBundle } from '../../../models/bundle/write';
import { directions } from '../../../models/detector/distances';
import type { Gallery } from '../../../models/detector/gallery';
import type { ClassGaussians } from '../../../models/detector/mahalanobis';
import { startEngine } from '../../../models/engine';
import { BundleError } from '../../../models/errors';
import { GoodNet } from '../../../models/goodnet';
import { featureNet } from '../../../models/nets/features';
import { copyNet } from '../../../models/nets/graph';
import { parsePixels } from '../../../models/pixels';
import { Random } from '../../../models/random';
import { createKeys } from '../../../models/signing/keys';
import { addSignature, openTrust } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';
import { folderFiles } from '../../../models/store/folder-files';
import { setCurrent } from '../../../models/store/move-pointer';
import { plainDiscriminant } from '../../plain-discriminant';
import { chainNet } from '../../small-nets';

const shape = { height: 12, width: 10, channels: 3 };
const classes = 5;
let work: string;
let store: string;
let folder: string;

function gaussians(features: number, dimensions: number): ClassGaussians {
  const random = new Random(1);
  const floats = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const known = Uint8Array.from({ length: classes }, () => 1);
  return {
    features,
    dimensions,
    projection: floats(features * dimensions),
    means: floats(classes * dimensions),
    known,
  };
}

/** A head on B's latent features, of random weights. */
function opinion(): SecondOpinion {
  const random = new Random(5);
  const latent = { features: 16, dimensions: 16, directions: undefined, values: new Float32Array() };
  const weights = Float32Array.from({ length: 16 * classes }, () => random.normal());
  return { latent, trunk: undefined, head: { weights, bias: new Float32Array(classes) } };
}

function gallery(stem: readonly [number, number, number]): Gallery {
  const random = new Random(2);
  const places = [2, 2] as const;
  const count = 9;
  const dimensions = 3;
  return {
    stem,
    places,
    dimensions,
    projections: Float32Array.from({ length: 4 * stem[2] * dimensions }, () => random.normal()),
    centres: new Float32Array(4 * dimensions),
    step: 0.02,
    images: Int8Array.from({ length: 4 * count * dimensions }, () => random.uniform(-127, 127)),
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
    temperature: 2,
  };
}

/** What tells how familiar a picture is: some directions, and looks around none in particular. */
function familiarity(channels: number): FamiliarityRule {
  const random = new Random(4);
  const floats = (n: number, by = 1) => Float32Array.from({ length: n }, () => by * random.normal());
  const means = (n: number) => Int8Array.from({ length: n }, () => random.uniform(-127, 128));
  const kinds = ['latent', 'trunk', 'look'] as const;
  return {
    surroundings: {
      latent: directions(means(5 * 16), 16),
      trunk: directions(means(5 * 160), 160),
      look: {
        channels,
        dimensions: 4,
        floor: 0.01,
        projection: floats(2 * channels * 4, 0.1),
        centre: floats(4),
      },
    },
    scales: kinds.map((kind) => ({ kind, zero: -2, spread: 0.1 })),
    calibration: Float32Array.from({ length: 199 }, (_, i) => 30 + i / 5),
  };
}

async function makeBundle(into: string, seed = 1, isTold = true) {
  const flat = copyNet(chainNet(classes));
  const bad = featureNet(flat, 'bad').net;
  const { files, fields } = await packNets(
    {
      shape,
      classes,
      pixels: { kind: '0-1' },
      bad,
      gallery: gallery(bad.outputs.at(-1)!.shape.slice(1) as [number, number, number]),
      relearned: { model: withSecondOpinion(bad, opinion()), classesNotInProbe: [2] },
      repaired: copyNet(flat, 'repaired'),
    },
    {
      forgetting: { model: copyNet(flat, 'expert'), from: 'image' },
      latent: gaussians(16, 16),
      trunk: gaussians(160, 8),
    },
    isTold ? familiarity(bad.outputs.at(-1)!.shape.at(-1)!) : undefined,
  );
  return writeBundle(
    into,
    {
      formatVersion: FORMAT_VERSION,
      name: 'chain',
      ...fields,
      method: 'expert',
      alpha: 0.05,
      rule: {
        kind: 'calibrated',
        first: plainDiscriminant(['forgetting', 'latent'], {
          means: [-0.8, 10],
          spreads: [0.1, 5],
          scale: { zero: -2, spread: 1 },
        }),
        passOver: 0.5,
        views: { unsureBelow: 0.5, mirrored: true },
      },
      calibration: {
        scheme: 'split',
        folds: 1,
        images: 99,
        groups: 99,
        scores: Array.from({ length: 99 }, (_, i) => i / 50),
      },
      without: [],
      measured: { images: 99, accuracyBefore: 1, accuracyRepaired: 1, accuracy: 1, falsePositiveRate: 0.01 },
      made: { seed, engine: 'test', clean: { name: 'none', images: 99, skipped: 0 }, notes: [] },
      tools: { goodnet: 'test' },
    },
    files,
  );
}

function images(n: number): Float32Array {
  const random = new Random(3);
  return Float32Array.from({ length: n * 360 }, () => random.uniform(0, 255));
}

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  work = await mkdtemp(join(tmpdir(), 'goodnet-bundle-'));
  store = join(work, 'store');
  const written = await makeBundle(store);
  folder = written.folder;
  await setCurrent(folderFiles(store), written.manifest.id);
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

describe('a bundle', () => {
  test('answers alike whether named by its folder or by its store, alone or in a batch', async () => {
    const byStore = await GoodNet.load(store);
    const byFolder = await GoodNet.load(folder);
    const pixels = images(70);
    const together = await byStore.classify(pixels, 70);
    expect(await byFolder.classify(pixels, 70)).toEqual(together);
    for (const i of [0, 13, 69]) {
      const [alone] = await byStore.classify(pixels.subarray(i * 360, (i + 1) * 360), 1);
      expect(alone).toEqual(together[i]);
    }
    for (const verdict of together) {
      expect(verdict.backdoored).toBe(verdict.pValue <= 0.05);
      expect(verdict.class).toBe(verdict.backdoored ? classes : verdict.answer.class);
      if (verdict.bad.probability >= 0.5) expect(verdict.answer).toEqual(verdict.bad);
    }
    expect(together.some(({ pValue }) => pValue <= 0.5)).toBe(true);
    expect(together.some(({ pValue }) => pValue > 0.5)).toBe(true);
    expect(together.some(({ answer, bad }) => answer.probability !== bad.probability)).toBe(true);
  });

  test('tells how familiar an image is; one of before is read, and answers the same but for that', async () => {
    const { folder: before, manifest } = await makeBundle(join(work, 'before'), 1, false);
    expect(manifest.formatVersion).toBe(FORMAT_VERSION);
    expect(manifest.familiarity).toBeUndefined();
    const [old, present] = [await GoodNet.load(before), await GoodNet.load(folder)];
    const pixels = images(70);
    const answered = await present.classify(pixels, 70, 2);
    const plain = answered.map(({ familiarity: _, unfamiliar: __, ...verdict }) => verdict);
    expect(await old.classify(pixels, 70, 2)).toEqual(plain);
    const told = answered.map(({ familiarity: each }) => each!);
    expect(told.every((each) => each >= 1 / 200 && each <= 1)).toBe(true);
    expect(new Set(told).size).toBeGreaterThan(10);
    for (const each of answered) expect(each.unfamiliar).toBe(each.familiarity! <= 0.01);
    old.dispose();
    present.dispose();
  });

  test('keeps what tells it as it was', async () => {
    const { nets, parts, familiarity: read } = await unpackNets(await startReading(folder));
    expect(read).toEqual(familiarity(nets.bad.outputs.at(-1)!.shape.at(-1)!));
    for (const net of [nets.bad, nets.relearned!.model, nets.repaired!, parts.forgetting!.model])
      net.dispose();
  });

  test('refuses pixels of 0–1 and −1…1, and says how they are rescaled', async () => {
    const goodnet = await GoodNet.load(store);
    const bytes = images(2);
    for (const [change, how] of [
      [(v: number) => v / 255, 'multiply them by 255'],
      [(v: number) => v / 127.5 - 1, 'add 1 to them and multiply by 127.5'],
    ] as const) {
      await expect(goodnet.classify(Float32Array.from(bytes, change), 2)).rejects.toMatchObject({
        message: expect.stringContaining('The pixels look like'),
        hint: expect.stringContaining(how),
      });
    }
    // A dark picture that was decoded is one all the same.
    expect(await goodnet.classify(new Uint8Array(360).fill(1), 1)).toHaveLength(1);
    goodnet.dispose();
  });

  test('leaks no tensors', async () => {
    const before = tf.memory().numTensors;
    const goodnet = await GoodNet.load(store);
    await goodnet.classify(images(3), 3);
    const loaded = tf.memory().numTensors;
    await goodnet.classify(images(3), 3);
    expect(tf.memory().numTensors).toBe(loaded);
    goodnet.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('made again of the same, it is the same; of another seed, another', async () => {
    const again = await makeBundle(store);
    expect(again.existed).toBe(true);
    expect(again.folder).toBe(folder);
    const other = await makeBundle(join(work, 'other'), 2);
    expect(other.manifest.id).not.toBe(again.manifest.id);
    expect((await readdir(store)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('made again where it is damaged, takes the place of what is left, and keeps its signatures', async () => {
    const copy = join(work, 'mended');
    await cp(store, copy, { recursive: true });
    const { manifest } = await makeBundle(store);
    const into = join(copy, manifest.id.slice(0, 16));
    await createKeys(join(work, 'key'));
    const signed = await addSignature(manifest.id, await openSigner(join(work, 'key')));
    await writeFile(join(into, 'signatures.json'), signed);
    const hurts = [
      () => writeFile(join(into, manifest.files[0]!.path), 'other'),
      () => writeFile(join(into, 'manifest.json'), '{'),
      () => unlink(join(into, 'manifest.json')),
      () => rm(join(into, 'bad'), { recursive: true }),
    ];
    for (const hurt of hurts) {
      await hurt();
      expect(await makeBundle(copy)).toMatchObject({ folder: into, existed: false });
      const goodnet = await GoodNet.load(into, { trust: await openTrust([join(work, 'key.pub')]) });
      goodnet.dispose();
      expect((await readdir(copy)).filter((name) => name.startsWith('.'))).toEqual([]);
    }
    expect((await makeBundle(copy)).existed).toBe(true);
    // A damaged signature is of no use to anybody.
    await writeFile(join(into, 'signatures.json'), '{');
    await hurts[0]!();
    await makeBundle(copy);
    expect(await readdir(into)).not.toContain('signatures.json');
  });

  test('refuses one changed byte in any of its files, and keeps nothing of them', async () => {
    const { manifest } = await makeBundle(store);
    const before = tf.memory().numTensors;
    for (const path of [...manifest.files.map((file) => file.path), 'manifest.json']) {
      const copy = join(work, 'changed');
      await cp(folder, copy, { recursive: true });
      const bytes = await readFile(join(copy, path));
      const at = Math.floor(bytes.length / 2);
      bytes[at] = bytes[at]! ^ 1;
      await writeFile(join(copy, path), bytes);
      await expect(GoodNet.load(copy), path).rejects.toThrow(BundleError);
      expect(tf.memory().numTensors, path).toBe(before);
      await rm(copy, { recursive: true });
    }
  });

  test('refuses weights that somebody set to zero, though the manifest names their checksum and a trusted signature is of its id', async () => {
    const copy = join(work, 'zeroed', basename(folder));
    await cp(folder, copy, { recursive: true });
    await createKeys(join(work, 'trusted'));
    const trust = await openTrust([join(work, 'trusted.pub')]);
    const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'));
    const signed = await addSignature(manifest.id, await openSigner(join(work, 'trusted')));
    await writeFile(join(copy, 'signatures.json'), signed);
    (await GoodNet.load(copy, { trust })).dispose();
    const { format, files, id, ...content } = manifest;
    const weights = new Uint8Array(await readFile(join(copy, 'bad/weights.bin'))).fill(0);
    const sha256 = createHash('sha256').update(weights).digest('hex');
    const changed = files.map((file: { path: string }) =>
      file.path === 'bad/weights.bin' ? { ...file, sha256 } : file,
    );
    // Sealed as any manifest is, but for the id: that is what was signed.
    const { text } = sealManifest({ ...content, format, files: changed });
    const forged = text.replace(JSON.parse(text).id, id);
    await writeFile(join(copy, 'bad/weights.bin'), weights);
    await writeFile(join(copy, 'manifest.json'), forged);
    await expect(GoodNet.load(copy, { trust })).rejects.toThrow(/manifest\.json has been changed/);
  });

  test('refuses a manifest of the same content with other white space', async () => {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8');
    expect(() => parseManifest(`${text}\n`, 'm')).toThrow(/changed/);
    expect(parseManifest(text, 'm').name).toBe('chain');
  });

  test('names what is missing', async () => {
    const copy = join(work, 'missing');
    await cp(folder, copy, { recursive: true });
    await unlink(join(copy, 'repaired', 'weights.bin'));
    await expect(GoodNet.load(copy)).rejects.toThrow(/repaired\/weights\.bin is missing/);
    await unlink(join(copy, 'manifest.json'));
    await expect(GoodNet.load(copy)).rejects.toThrow(/neither manifest.json nor current.json/);
  });

  test('keeps of which classes the relearned head is no evidence', async () => {
    const { nets, parts } = await unpackNets(await startReading(folder));
    expect(nets.relearned).toMatchObject({ classesNotInProbe: [2] });
    for (const net of [nets.bad, nets.relearned!.model, nets.repaired!, parts.forgetting!.model])
      net.dispose();
    for (const each of [parts.latent, parts.trunk]) expect(each).toBeDefined();
  });

  test('refuses a newer format, and an older one, and says so', async () => {
    const copy = join(work, 'newer');
    await cp(folder, copy, { recursive: true });
    const path = join(copy, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...manifest, formatVersion: FORMAT_VERSION + 1, surprise: {} }));
    await expect(GoodNet.load(copy)).rejects.toThrow(/bundle format 9; this version reads up to 8/);
    await writeFile(path, JSON.stringify({ ...manifest, formatVersion: FORMAT_VERSION - 3 }));
    await expect(GoodNet.load(copy)).rejects.toThrow(
      /bundle format 5, of an earlier version; this one reads 6, 7 and 8/,
    );
  });

  test('a store whose pointer is damaged is refused', async () => {
    const copy = join(work, 'pointer');
    await cp(store, copy, { recursive: true });
    await writeFile(join(copy, 'current.json'), '{');
    await expect(GoodNet.load(copy)).rejects.toThrow(/current\.json is not JSON/);
    await writeFile(
      join(copy, 'current.json'),
      JSON.stringify({ format: 'goodnet-store', formatVersion: 1, bundle: '../../etc' }),
    );
    await expect(GoodNet.load(copy)).rejects.toThrow(/current\.json is damaged/);
  });
});

test('a manifest keeps which colour B takes first', async () => {
  const manifest = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), 'manifest');
  const { id: _, ...content } = manifest;
  for (const pixels of [parsePixels('caffe'), parsePixels('bgr-0-1'), parsePixels('cifar10')]) {
    const { text } = sealManifest({ ...content, input: { ...content.input, pixels } } as typeof content);
    expect(parseManifest(text, 'manifest').input.pixels).toEqual(pixels);
  }
});
