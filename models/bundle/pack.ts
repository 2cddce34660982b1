import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PartReader } from '../detector/evidence/kind';
import type { DetectorNets, Parts } from '../detector/nets';
import { BundleError, GoodNetError, messageOf } from '../errors';
import { type MemoryFile, netFiles, netFromFiles } from './artifacts';
import {
  type FamiliarityRule,
  familiarityField,
  familiarityFiles,
  readFamiliarity,
} from './familiarity-files';
import { galleryField, galleryFiles, readGallery } from './gallery-files';
import type { Manifest } from './manifest';
import { checkKinds, partFields, partFiles, readParts } from './parts';
import type { ArrivingBundle } from './read';

type PackedFields = Pick<
  Manifest,
  'nets' | 'clouds' | 'evidence' | 'familiarity' | 'transplant' | 'gallery' | 'classes' | 'input'
>;

/** The files of a bundle, and the fields of its manifest that tell how to put them together again. */
export async function packNets(
  nets: DetectorNets,
  parts: Parts,
  familiarity?: FamiliarityRule,
): Promise<{ files: MemoryFile[]; fields: PackedFields }> {
  const files: MemoryFile[] = [];
  files.push(...(await netFiles('bad', nets.bad)));
  if (nets.relearned) files.push(...(await netFiles('relearned', nets.relearned.model)));
  if (nets.repaired) files.push(...(await netFiles('repaired', nets.repaired)));
  files.push(...(await partFiles(parts)));
  if (nets.gallery) files.push(...galleryFiles(nets.gallery));
  if (familiarity) files.push(...familiarityFiles(familiarity));
  const fields: PackedFields = {
    classes: nets.classes,
    input: {
      ...nets.shape,
      channels: nets.shape.channels as 1 | 3,
      pixels: nets.pixels,
      fit: nets.shape.fit ?? 'stretch',
    },
    nets: {
      bad: 'bad',
      relearned: nets.relearned && { folder: 'relearned', unheard: nets.relearned.classesNotInProbe },
      repaired: nets.repaired && { folder: 'repaired' },
    },
    gallery: nets.gallery && galleryField(nets.gallery),
    clouds: {},
    familiarity: familiarity && familiarityField(familiarity),
  };
  return { files, fields: partFields(parts, fields) };
}

/**
 * Makes the nets and the parts of a bundle, each as soon as its files have arrived.
 * @throws BundleError where a file is missing or changed, or they don't fit together; nothing is then left of them
 */
export async function unpackNets(
  bundle: ArrivingBundle,
): Promise<{ nets: DetectorNets; parts: Parts; familiarity: FamiliarityRule | undefined }> {
  const { manifest, folder } = bundle;
  checkKinds(manifest, folder);
  const made: LayersModel[] = [];
  const net = async (name: string) => {
    const model = await netFromFiles(name, bundle.read);
    made.push(model);
    // Wasm has copied them into its own memory; other engines work on what they are given.
    if (tf.getBackend() === 'wasm') await bundle.free(`${name}/weights.bin`);
    return model;
  };
  try {
    const { bad, relearned, repaired } = manifest.nets;
    const { pixels, ...shape } = manifest.input;
    const { gallery, classes } = manifest;
    const nets: DetectorNets = {
      shape,
      pixels,
      classes,
      bad: await net(bad),
      relearned: relearned && { model: await net(relearned.folder), classesNotInProbe: relearned.unheard },
      repaired: repaired && (await net(repaired.folder)),
      gallery: gallery && (await readGallery(gallery, bundle.read)),
    };
    const from: PartReader = { shape, classes, read: bundle.read, net };
    const parts = await readParts(manifest, from);
    const familiarity =
      manifest.familiarity && (await readFamiliarity(manifest.familiarity, classes, bundle.read));
    // What nothing has asked for is checked, too.
    await bundle.whole();
    return { nets, parts, familiarity };
  } catch (cause) {
    for (const model of made) model.dispose();
    if (cause instanceof GoodNetError) throw cause;
    throw new BundleError(`The bundle in ${folder} can't be put together: ${messageOf(cause)}`, {
      code: 'BUNDLE_DAMAGED',
      cause,
    });
  }
}
