import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClassCloud } from '../detector/mahalanobis';
import type { Clouds, DetectorNets } from '../detector/nets';
import { BundleError, GoodNetError, messageOf } from '../errors';
import { type MemoryFile, netFiles, netFromFiles, packFloats, unpackFloats } from './artifacts';
import {
  type FamiliarityRule,
  familiarityField,
  familiarityFiles,
  readFamiliarity,
} from './familiarity-files';
import { galleryField, galleryFiles, readGallery } from './gallery-files';
import type { Manifest } from './manifest';
import type { ArrivingBundle } from './read';

type PackedFields = Pick<
  Manifest,
  'nets' | 'clouds' | 'familiarity' | 'transplant' | 'gallery' | 'classes' | 'input'
>;

const CLOUDS = ['latent', 'trunk'] as const;
const HOSTS = 'hosts.bin';

/** The files of a bundle, and the fields of its manifest that tell how to put them together again. */
export async function packNets(
  nets: DetectorNets,
  clouds: Clouds,
  familiarity?: FamiliarityRule,
): Promise<{ files: MemoryFile[]; fields: PackedFields }> {
  const files: MemoryFile[] = [];
  files.push(...(await netFiles('bad', nets.bad)));
  if (nets.repaired) files.push(...(await netFiles('repaired', nets.repaired.model)));
  if (nets.expert) files.push(...(await netFiles('expert', nets.expert.model)));
  if (nets.transplant) {
    files.push({ path: HOSTS, bytes: nets.transplant.hosts });
  }
  if (nets.gallery) files.push(...galleryFiles(nets.gallery));
  for (const kind of CLOUDS) {
    const cloud = clouds[kind];
    if (!cloud) continue;
    const known = Float32Array.from(cloud.known);
    // The mean of a class of one or two images is theirs, and nothing looks at it.
    const means = cloud.means.map((value, i) => (known[Math.floor(i / cloud.dimensions)] === 1 ? value : 0));
    const bytes = packFloats([cloud.projection, means, known]);
    files.push({ path: `clouds/${kind}.bin`, bytes });
  }
  if (familiarity) files.push(...familiarityFiles(familiarity));
  const sizes = (cloud: ClassCloud | undefined) =>
    cloud && { features: cloud.features, dimensions: cloud.dimensions };
  return {
    files,
    fields: {
      classes: nets.classes,
      input: { ...nets.shape, channels: nets.shape.channels as 1 | 3, pixels: nets.pixels, fit: 'stretch' },
      nets: {
        bad: 'bad',
        repaired: nets.repaired && {
          folder: 'repaired',
          from: nets.repaired.from,
          unheard: nets.repaired.unheard,
        },
        expert: nets.expert && { folder: 'expert', from: nets.expert.from },
      },
      transplant: nets.transplant && {
        count: nets.transplant.count,
        from: nets.transplant.from,
      },
      gallery: nets.gallery && galleryField(nets.gallery),
      clouds: { latent: sizes(clouds.latent), trunk: sizes(clouds.trunk) },
      familiarity: familiarity && familiarityField(familiarity),
    },
  };
}

/**
 * Makes the nets and clouds of a bundle, each as soon as its files have arrived.
 * @throws BundleError where a file is missing or changed, or they don't fit together; nothing is then left of them
 */
export async function unpackNets(
  bundle: ArrivingBundle,
): Promise<{ nets: DetectorNets; clouds: Clouds; familiarity: FamiliarityRule | undefined }> {
  const { manifest, folder } = bundle;
  const made: LayersModel[] = [];
  const net = async (name: string) => {
    const model = await netFromFiles(name, bundle.read);
    made.push(model);
    // Wasm has copied them into its own memory; other engines work on what they are given.
    if (tf.getBackend() === 'wasm') await bundle.free(`${name}/weights.bin`);
    return model;
  };
  try {
    const { bad, repaired, expert } = manifest.nets;
    const { height, width, channels, pixels } = manifest.input;
    const { transplant, gallery } = manifest;
    const nets: DetectorNets = {
      shape: { height, width, channels },
      pixels,
      classes: manifest.classes,
      bad: await net(bad),
      repaired: repaired && {
        model: await net(repaired.folder),
        from: repaired.from,
        unheard: repaired.unheard,
      },
      expert: expert && { model: await net(expert.folder), from: expert.from },
      transplant: transplant && {
        count: transplant.count,
        from: transplant.from,
        hosts: await hostPixels(bundle),
      },
      gallery: gallery && (await readGallery(gallery, bundle.read)),
    };
    const clouds = { latent: await cloudOf(bundle, 'latent'), trunk: await cloudOf(bundle, 'trunk') };
    const familiarity =
      manifest.familiarity && (await readFamiliarity(manifest.familiarity, manifest.classes, bundle.read));
    // What nothing has asked for is checked, too.
    await bundle.whole();
    return { nets, clouds, familiarity };
  } catch (cause) {
    for (const model of made) model.dispose();
    if (cause instanceof GoodNetError) throw cause;
    throw new BundleError(`The bundle in ${folder} can't be put together: ${messageOf(cause)}`, { cause });
  }
}

async function hostPixels({ manifest, read }: ArrivingBundle): Promise<Uint8Array> {
  const { height, width, channels } = manifest.input;
  const bytes = await read(HOSTS);
  const expected = manifest.transplant!.count * height * width * channels;
  if (bytes.length !== expected) throw new Error(`${HOSTS} has ${bytes.length} bytes, not ${expected}`);
  return bytes;
}

async function cloudOf(
  { manifest, read }: ArrivingBundle,
  kind: (typeof CLOUDS)[number],
): Promise<ClassCloud | undefined> {
  const sizes = manifest.clouds[kind];
  if (!sizes) return undefined;
  const { features, dimensions } = sizes;
  const { classes } = manifest;
  const lengths = [features * dimensions, classes * dimensions, classes];
  const [projection, means, known] = unpackFloats(await read(`clouds/${kind}.bin`), lengths);
  return {
    features,
    dimensions,
    projection: projection!,
    means: means!,
    known: Uint8Array.from(known!),
  };
}
