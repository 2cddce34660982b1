import type { ClassCloud } from '../detector/mahalanobis';
import type { Clouds, DetectorNets } from '../detector/nets';
import { BundleError, messageOf } from '../errors';
import { type MemoryFile, netFiles, netFromFiles, packFloats, unpackFloats } from './artifacts';
import { galleryField, galleryFiles, readGallery } from './gallery-files';
import type { Manifest } from './manifest';
import type { BundleFiles } from './read';

type PackedFields = Pick<Manifest, 'nets' | 'clouds' | 'transplant' | 'gallery' | 'classes' | 'input'>;

const CLOUDS = ['latent', 'trunk'] as const;
const HOSTS = 'hosts.bin';

/** The files of a bundle, and the fields of its manifest that tell how to put them together again. */
export async function packNets(
  nets: DetectorNets,
  clouds: Clouds,
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
    const bytes = packFloats([cloud.projection, cloud.means, known]);
    files.push({ path: `clouds/${kind}.bin`, bytes });
  }
  const sizes = (cloud: ClassCloud | undefined) =>
    cloud && { features: cloud.features, dimensions: cloud.dimensions };
  return {
    files,
    fields: {
      classes: nets.classes,
      input: { ...nets.shape, channels: nets.shape.channels as 1 | 3, pixels: nets.pixels, fit: 'stretch' },
      nets: {
        bad: 'bad',
        repaired: nets.repaired && { folder: 'repaired', from: nets.repaired.from },
        expert: nets.expert && { folder: 'expert', from: nets.expert.from },
      },
      transplant: nets.transplant && {
        count: nets.transplant.count,
        from: nets.transplant.from,
      },
      gallery: nets.gallery && galleryField(nets.gallery),
      clouds: { latent: sizes(clouds.latent), trunk: sizes(clouds.trunk) },
    },
  };
}

/** Makes the nets and clouds of a verified bundle. @throws BundleError when they don't fit together */
export async function unpackNets(bundle: BundleFiles): Promise<{ nets: DetectorNets; clouds: Clouds }> {
  const { manifest, folder } = bundle;
  const net = async (name: string) => {
    const made = await netFromFiles(name, (path) => bundle.read(path));
    bundle.free(`${name}/weights.bin`);
    return made;
  };
  try {
    const { bad, repaired, expert } = manifest.nets;
    const { height, width, channels, pixels } = manifest.input;
    const { transplant } = manifest;
    const nets: DetectorNets = {
      shape: { height, width, channels },
      pixels,
      classes: manifest.classes,
      bad: await net(bad),
      repaired: repaired && { model: await net(repaired.folder), from: repaired.from },
      expert: expert && { model: await net(expert.folder), from: expert.from },
      transplant: transplant && {
        count: transplant.count,
        from: transplant.from,
        hosts: hostPixels(bundle),
      },
      gallery: manifest.gallery && readGallery(manifest.gallery, bundle.read),
    };
    return { nets, clouds: { latent: cloudOf(bundle, 'latent'), trunk: cloudOf(bundle, 'trunk') } };
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    throw new BundleError(`The bundle in ${folder} can't be put together: ${messageOf(cause)}`, { cause });
  }
}

function hostPixels({ manifest, read }: BundleFiles): Uint8Array {
  const { height, width, channels } = manifest.input;
  const bytes = read(HOSTS);
  const expected = manifest.transplant!.count * height * width * channels;
  if (bytes.length !== expected) throw new Error(`${HOSTS} has ${bytes.length} bytes, not ${expected}`);
  return bytes;
}

function cloudOf(bundle: BundleFiles, kind: (typeof CLOUDS)[number]): ClassCloud | undefined {
  const sizes = bundle.manifest.clouds[kind];
  if (!sizes) return undefined;
  const { features, dimensions } = sizes;
  const { classes } = bundle.manifest;
  const lengths = [features * dimensions, classes * dimensions, classes];
  const [projection, means, known] = unpackFloats(bundle.read(`clouds/${kind}.bin`), lengths);
  return {
    features,
    dimensions,
    projection: projection!,
    means: means!,
    known: Uint8Array.from(known!),
  };
}
