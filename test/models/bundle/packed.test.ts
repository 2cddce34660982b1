import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryFile, netFromFiles, packFloats, unpackFloats } from '../../../models/bundle/artifacts';
import {
  type FamiliarityRule,
  familiarityField,
  familiarityFiles,
  readFamiliarity,
} from '../../../models/bundle/familiarity-files';
import { galleryField, galleryFiles, readGallery } from '../../../models/bundle/gallery-files';
import type { Manifest } from '../../../models/bundle/manifest';
import { packNets, unpackNets } from '../../../models/bundle/pack';
import { checkKinds, partFields, partFiles, readParts } from '../../../models/bundle/parts';
import type { ArrivingBundle } from '../../../models/bundle/read';
import { directions } from '../../../models/detector/distances';
import type { Gallery } from '../../../models/detector/gallery';
import type { ClassGaussians } from '../../../models/detector/mahalanobis';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import { BundleError } from '../../../models/errors';

const floats = (...values: number[]) => Float32Array.from(values);
const count = (n: number, start = 1) => Float32Array.from({ length: n }, (_, i) => start + i);
const readerOf = (files: readonly MemoryFile[]) => async (path: string) => {
  const file = files.find((each) => each.path === path);
  if (!file) throw new BundleError(`there is no ${path}`);
  return file.bytes;
};
/** The files, one of them of another length. */
const cut = (files: readonly MemoryFile[], path: string) =>
  files.map((file) => (file.path === path ? { path, bytes: file.bytes.subarray(4) } : file));

describe('arrays in a file', () => {
  it('are what they were, one after the other, little-endian', () => {
    const packed = packFloats([floats(1, 2), floats(), floats(-3.5)]);
    expect([...packed]).toEqual([0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 96, 192]);
    expect(unpackFloats(packed, [2, 0, 1])).toEqual([floats(1, 2), floats(), floats(-3.5)]);
    // Only their own part of a larger one is packed.
    expect(packFloats([floats(9, 1, 9).subarray(1, 2)])).toEqual(packFloats([floats(1)]));
  });

  it('lie in the memory of the file, unless no value may begin there', () => {
    const packed = packFloats([floats(1, 2, 3)]);
    const [first, second] = unpackFloats(packed, [1, 2]);
    packed.set(packFloats([floats(7, 8)]));
    expect([first![0], second![0]]).toEqual([7, 8]);
    for (const offset of [1, 2, 4]) {
      const moved = new Uint8Array(12 + offset);
      moved.set(packFloats([floats(1, 2, 3)]), offset);
      expect(unpackFloats(moved.subarray(offset), [2, 1])).toEqual([floats(1, 2), floats(3)]);
    }
  });

  it('are as many as are expected', () => {
    for (const lengths of [[2], [4], [3, 1]])
      expect(() => unpackFloats(packFloats([floats(1, 2, 3)]), lengths)).toThrow(
        `${4 * lengths.reduce((a, b) => a + b)} bytes expected, 12 found`,
      );
  });
});

describe('a gallery', () => {
  const gallery: Gallery = {
    stem: [4, 4, 3],
    places: [2, 1],
    dimensions: 5,
    projections: count(2 * 3 * 5),
    centres: count(2 * 5, 100),
    step: 0.5,
    images: Int8Array.from({ length: 4 * 2 * 5 }, (_, i) => i - 20),
    labels: Int32Array.of(0, 2, 1, 2),
    temperature: 3,
  };

  it('is read as it was', async () => {
    const field = galleryField(gallery);
    expect(field).toEqual({
      stem: [4, 4, 3],
      places: [2, 1],
      dimensions: 5,
      count: 4,
      step: 0.5,
      temperature: 3,
    });
    expect(await readGallery(field, readerOf(galleryFiles(gallery)))).toEqual(gallery);
    // Only its own part of a larger array is written.
    const images = new Int8Array(60).fill(9);
    images.set(gallery.images, 10);
    const files = galleryFiles({ ...gallery, images: images.subarray(10, 50) });
    expect(await readGallery(field, readerOf(files))).toEqual(gallery);
  });

  it('is refused where its files are not what the manifest says', async () => {
    const [field, files] = [galleryField(gallery), galleryFiles(gallery)];
    for (const { path } of files)
      await expect(readGallery(field, readerOf(cut(files, path)))).rejects.toThrow(RangeError);
    await expect(readGallery({ ...field, count: 3 }, readerOf(files))).rejects.toThrow(RangeError);
    await expect(readGallery({ ...field, dimensions: 4 }, readerOf(files))).rejects.toThrow(RangeError);
  });
});

describe('what tells how familiar a picture is', () => {
  const means = (n: number) => Int8Array.from({ length: n }, (_, i) => i - 7);
  const rule: FamiliarityRule = {
    surroundings: {
      latent: directions(means(3 * 4), 4),
      trunk: directions(means(3 * 6), 6),
      look: { channels: 2, dimensions: 3, floor: 0.5, projection: count(12), centre: count(3, 50) },
    },
    scales: [{ kind: 'latent', zero: 1, spread: 2 }],
    calibration: count(9, -4),
  };

  it.each([
    ['all of it', rule],
    ['the latent alone', { ...rule, surroundings: { latent: rule.surroundings.latent } }],
    ['no look', { ...rule, surroundings: { ...rule.surroundings, look: undefined } }],
    ['no trunk', { ...rule, surroundings: { ...rule.surroundings, trunk: undefined } }],
  ])('is read as it was: %s', async (_, each) => {
    const field = familiarityField(each);
    const read = await readFamiliarity(field, 3, readerOf(familiarityFiles(each)));
    const { latent, trunk, look } = each.surroundings as FamiliarityRule['surroundings'];
    expect(read).toEqual({ ...each, surroundings: { latent, trunk, look } });
    expect(field).toMatchObject({ latent: { dimensions: 4 }, images: 9, scales: each.scales });
    expect(field.trunk).toEqual(trunk && { dimensions: 6 });
    expect(field.look).toEqual(look && { channels: 2, dimensions: 3, floor: 0.5 });
  });

  it('is refused where its files are not what the manifest says', async () => {
    const [field, files] = [familiarityField(rule), familiarityFiles(rule)];
    for (const { path } of files)
      await expect(readFamiliarity(field, 3, readerOf(cut(files, path)))).rejects.toThrow(RangeError);
    await expect(readFamiliarity(field, 4, readerOf(files))).rejects.toThrow(
      'familiarity/means.bin has 30 bytes, not 40',
    );
  });
});

describe('parts', () => {
  const gaussians: ClassGaussians = {
    features: 3,
    dimensions: 2,
    projection: count(6),
    means: count(6, 10),
    known: Uint8Array.of(1, 1, 1),
  };

  it('are told of in a manifest, each in its place, beside what is there', async () => {
    const parts: Parts = { latent: gaussians, trunk: { ...gaussians, known: Uint8Array.of(1, 0, 1) } };
    const fields = partFields(parts, { name: 'n', clouds: { other: 1 } });
    const sizes = { features: 3, dimensions: 2 };
    expect(fields).toEqual({ name: 'n', clouds: { other: 1, latent: sizes, trunk: sizes } });
    expect(partFields({ latent: gaussians }, { name: 'n' })).toEqual({
      name: 'n',
      clouds: { latent: sizes },
    });
    expect(partFields({}, { name: 'n' })).toEqual({ name: 'n' });
    const files = await partFiles(parts);
    expect(files.map(({ path }) => path)).toEqual(['clouds/latent.bin', 'clouds/trunk.bin']);
    const from = { classes: 3, read: readerOf(files) } as unknown as Parameters<typeof readParts>[1];
    const read = await readParts(fields as unknown as Manifest, from);
    expect(Object.keys(read)).toEqual(['latent', 'trunk']);
    expect(read.latent).toEqual(gaussians);
    // The mean of a class that too few images are of is theirs: it is not kept.
    expect([...(read.trunk as ClassGaussians).means]).toEqual([10, 11, 0, 0, 14, 15]);
    expect(await readParts({} as Manifest, from)).toEqual({});
    expect(await partFiles({})).toEqual([]);
  });

  it('of a kind that is not known are refused', () => {
    const first = (...kinds: string[]) =>
      ({ rule: { kind: 'calibrated', first: { kind: 'discriminant', kinds } } }) as unknown as Manifest;
    const tails = (...kinds: string[]) =>
      ({
        rule: { kind: 'calibrated', first: { kind: 'tails', scales: kinds.map((kind) => ({ kind })) } },
      }) as unknown as Manifest;
    for (const of of [first, tails]) {
      expect(() => checkKinds(of('latent', 'forgetting'), 'f')).not.toThrow();
      expect(() => checkKinds(of('latent', 'stars'), 'f')).toThrow(
        expect.objectContaining({
          code: 'BUNDLE_FORMAT_UNKNOWN',
          message: 'The bundle in f decides by the evidence "stars", which this version does not know',
        }),
      );
    }
    expect(() => checkKinds({ rule: { kind: 'disagreement' } } as Manifest, 'f')).not.toThrow();
  });
});

describe('nets', () => {
  const classes = 3;
  const netOf = (name: string, seed: number) =>
    layers.sequential({
      name,
      layers: [
        layers.layers.flatten({ inputShape: [2, 2, 1], name: `${name}_flat` }),
        layers.layers.dense({
          units: classes,
          name: `${name}_out`,
          kernelInitializer: layers.initializers.glorotUniform({ seed }),
        }),
      ],
    });
  const image = () => tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const answer = (net: layers.LayersModel) =>
    tf.tidy(() => Array.from((net.predict(image()) as tf.Tensor).dataSync()));
  let nets: DetectorNets;
  let parts: Parts;
  let packed: Awaited<ReturnType<typeof packNets>>;
  let answered: number[][];

  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
  beforeEach(async () => {
    nets = {
      shape: { height: 2, width: 2, channels: 1 },
      classes,
      pixels: { kind: '0-1' },
      bad: netOf('bad', 1),
      relearned: { model: netOf('relearned', 2), classesNotInProbe: [1] },
      repaired: netOf('repaired', 3),
    };
    parts = { forgetting: { model: netOf('expert', 4), from: 'image' } };
    packed = await packNets(nets, parts);
    const all = [nets.bad, nets.relearned!.model, nets.repaired!, parts.forgetting!.model];
    answered = all.map(answer);
    for (const net of all) net.dispose();
  });
  afterEach(() => tf.disposeVariables());

  const freed: string[] = [];
  /** The bundle of what was packed. */
  function bundle(files = packed.files, more: object = {}): ArrivingBundle {
    freed.length = 0;
    const manifest = { ...packed.fields, rule: { kind: 'disagreement' }, ...more } as unknown as Manifest;
    const read = readerOf(files);
    return {
      folder: 'f',
      manifest,
      read,
      free: async (path) => void freed.push(path),
      whole: async () => ({ folder: 'f', manifest, read: () => new Uint8Array() }),
    };
  }

  it('lie in folders of their own, and answer as they did', async () => {
    expect(packed.files.map(({ path }) => path)).toEqual(
      ['bad', 'relearned', 'repaired', 'expert'].flatMap((folder) => [
        `${folder}/model.json`,
        `${folder}/weights.bin`,
      ]),
    );
    expect(JSON.parse(JSON.stringify(packed.fields))).toEqual({
      classes,
      input: { height: 2, width: 2, channels: 1, pixels: { kind: '0-1' }, fit: 'stretch' },
      nets: {
        bad: 'bad',
        relearned: { folder: 'relearned', unheard: [1] },
        repaired: { folder: 'repaired' },
        expert: { folder: 'expert', from: 'image' },
      },
      clouds: {},
    });
    const before = tf.memory().numTensors;
    const { nets: read, parts: readParts, familiarity } = await unpackNets(bundle());
    const all = [read.bad, read.relearned!.model, read.repaired!, readParts.forgetting!.model];
    expect(all.map(answer)).toEqual(answered);
    expect(read).toMatchObject({ classes, pixels: { kind: '0-1' }, relearned: { classesNotInProbe: [1] } });
    expect(read.shape).toEqual({ height: 2, width: 2, channels: 1, fit: 'stretch' });
    expect([readParts.forgetting!.from, familiarity, read.gallery]).toEqual(['image', undefined, undefined]);
    // The memory of what lies in TensorFlow.js's own is needed no more; this engine works on what it is given.
    expect(freed).toEqual([]);
    for (const net of all) net.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('may be the one alone; how pictures are fitted is kept', async () => {
    const { files, fields } = await packNets(
      {
        ...nets,
        shape: { ...nets.shape, fit: 'pad' },
        bad: netOf('only', 5),
        relearned: undefined,
        repaired: undefined,
      },
      {},
    );
    expect(files.map(({ path }) => path)).toEqual(['bad/model.json', 'bad/weights.bin']);
    expect(fields.input.fit).toBe('pad');
    const manifest = { ...fields, rule: { kind: 'disagreement' } } as unknown as Manifest;
    const { nets: read, parts: none } = await unpackNets({ ...bundle(files), manifest });
    expect([read.relearned, read.repaired, read.gallery]).toEqual([undefined, undefined, undefined]);
    expect(none).toEqual({});
    read.bad.dispose();
  });

  it.each<[string, () => ArrivingBundle, RegExp | string]>([
    [
      'weights are not those of the net',
      () => bundle(cut(packed.files, 'repaired/weights.bin')),
      /^The bundle in f can't be put together: 60 bytes expected, 56 found$/,
    ],
    [
      'a file is missing, with its own words',
      () => bundle(packed.files.filter(({ path }) => path !== 'expert/weights.bin')),
      'there is no expert/weights.bin',
    ],
    [
      'a file that nothing asks for is damaged',
      () => ({
        ...bundle(),
        whole: async () => {
          throw new BundleError('model-card.md is damaged');
        },
      }),
      'model-card.md is damaged',
    ],
    [
      'it decides by what is not known',
      () =>
        bundle(packed.files, {
          rule: { kind: 'calibrated', first: { kind: 'discriminant', kinds: ['stars'] } },
        }),
      /decides by the evidence "stars"/,
    ],
  ])('are refused where %s, and nothing is left of them', async (_, open, why) => {
    const before = tf.memory().numTensors;
    const refused = unpackNets(open());
    await expect(refused).rejects.toBeInstanceOf(BundleError);
    await expect(refused).rejects.toThrow(why);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are not given random numbers that their weights take the place of', async () => {
    const read = readerOf(packed.files);
    const before = tf.memory().numTensors;
    const net = await netFromFiles('bad', async (path) => {
      const bytes = await read(path);
      if (path.endsWith('model.json')) expect(new TextDecoder().decode(bytes)).toContain('VarianceScaling');
      return bytes;
    });
    expect(JSON.stringify(net.toJSON(null, false))).not.toContain('VarianceScaling');
    expect(answer(net)).toEqual(answered[0]);
    net.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(netFromFiles('bad', readerOf(cut(packed.files, 'bad/weights.bin')))).rejects.toThrow(
      RangeError,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('say what made them', async () => {
    const json = JSON.parse(new TextDecoder().decode(await readerOf(packed.files)('bad/model.json')));
    expect(json).toMatchObject({
      format: 'layers-model',
      generatedBy: expect.stringMatching(/^TensorFlow\.js tfjs-layers v\d/),
      convertedBy: null,
      weightsManifest: [{ paths: ['weights.bin'] }],
    });
  });
});
