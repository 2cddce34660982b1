import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ImageError, messageOf } from '../../models/errors';
import { isHdf5 } from '../../models/hdf5/open-hdf5';
import { openHdf5Set } from '../../models/images/hdf5';
import type { Layout } from '../../models/images/layout';
import { isNumpy, openNumpySet } from '../../models/images/numpy';
import type { ImageSet, ImageShape, SkippedImage } from '../../models/images/set';
import type { OwnClassNames } from '../../models/keras';
import { foreignAt } from '../../models/keras/file/foreign-folder';
import { specialKind } from '../../models/regular';
import type { ClassOrder } from './class-folders';
import { openImageFiles } from './files';
import { openFolderSet } from './folder';
import { datasetOfGroup, parseGroup } from './group';
import { Walk } from './listing';
import { isBeside, tellsLabels } from './non-image-files';

const SETS =
  'Labelled images are wanted as an HDF5 or .npz file (data, label) or as a folder with a folder a class.';
const HDF5_NAME = /\.(h5|hdf5|he5|hdf)$/i;

export interface OpenOptions {
  readonly shape: ImageShape;
  /** N: labels are 0…N−1. */
  readonly classes?: number;
  /** In which order class folders are taken, and the classes' names, where they are known or the net has them (see folderLabels). */
  readonly order?: ClassOrder | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly ownNames?: OwnClassNames | undefined;
  /** With `false`, labels aren't looked at; a single image or a flat folder will do. By default they must be there. */
  readonly labelsRequired?: boolean;
  /** A `--group` flag, as parseGroup reads it. */
  readonly group?: string;
  /** What the datasets of an HDF5 file are called that hold the images and the labels; left out: `data` and `label`, or another usual pair. */
  readonly dataName?: string | undefined;
  readonly labelName?: string | undefined;
  readonly layout?: Layout;
  /** Whether whoever uses the set promises a rate of false alarms; by default so. */
  readonly isPromised?: boolean | undefined;
  /** Leaves images that can't be read out and counts them. */
  readonly skipBad?: boolean;
}

/**
 * Opens a set of images by its path: an HDF5 file, told by its first bytes; a `.npz` or `.npy` of NumPy; a folder with a folder a class; without
 * labels, any folder of images, or one image.
 * @throws ImageError where there is no such path, or it holds no such images
 */
export async function openImages(path: string, options: OpenOptions): Promise<ImageSet> {
  const { labelsRequired = true, ...rest } = options;
  const group = options.group === undefined ? undefined : parseGroup(options.group);
  if (labelsRequired && (await kindOf(path)).isDirectory())
    return await openFolderSet(path, { ...rest, group, remarks: withoutEffect(path, options, true) });
  const files = await imageFiles(path, labelsRequired, isBeside);
  if (files) {
    const name = files.paths[0] === path ? path : basename(resolve(path));
    return openImageFiles(files.paths, { ...options, name, ignored: files.ignored });
  }
  const groupDataset = group && datasetOfGroup(group, path);
  const openSet = isNumpy(path) ? openNumpySet : openHdf5Set;
  const remarks = withoutEffect(path, options, false);
  return await openSet(path, { ...rest, labelsRequired, groupDataset, remarks });
}

/** What was told of a set and has no effect, a sentence each. */
function withoutEffect(path: string, options: OpenOptions, isFolder: boolean): string[] {
  const { dataName, labelName, layout, order } = options;
  if (!isFolder)
    return order
      ? [
          `--class-order ${order} has no effect on ${path}: the labels of arrays are numbers, as the net counts its classes`,
        ]
      : [];
  const flags = [
    dataName !== undefined && '--data-name',
    labelName !== undefined && '--label-name',
    layout && '--layout',
  ].filter((each) => each !== undefined && each !== false);
  return flags.length > 0 ? [`${flags.join(', ')} has no effect on ${path}: it is for files of arrays`] : [];
}

/** Files of images, and what was not taken for one. */
export interface FoundFiles {
  readonly paths: readonly string[];
  readonly ignored: readonly SkippedImage[];
}

/**
 * The files of images that a path means: those of a folder, however deep, or itself; undefined for an HDF5 or NumPy set.
 * @param isOther which files of a folder are none; by default those that tell labels
 * @throws ImageError where there is no such path, or none of these
 */
export async function imageFiles(
  path: string,
  labelsRequired = false,
  isOther: (path: string) => Promise<boolean> = tellsLabels,
): Promise<FoundFiles | undefined> {
  const kind = await kindOf(path);
  if (kind.isDirectory()) {
    const walk = await Walk.start(path);
    const paths: string[] = [];
    for (const file of await walk.files()) {
      const own = join(path, file);
      if (await isOther(own)) walk.ignored.push({ name: own, reason: 'it is no image' });
      else paths.push(own);
    }
    const { ignored } = walk;
    if (paths.length > 0) return { paths, ignored };
    const why = ignored.length > 0 ? `${ignored.length} other files are in it` : 'it is empty';
    throw new ImageError(`${path} holds no images: ${why}`, { code: 'IMAGES_EMPTY' });
  }
  if (isNumpy(path) || (await isHdf5(path))) return undefined;
  if (HDF5_NAME.test(path) || labelsRequired) {
    const foreign = await foreignAt(path);
    if (foreign) {
      throw new ImageError(`${path} is ${foreign}, not a set of labelled images`, {
        code: 'IMAGES_FORMAT_UNSUPPORTED',
        hint: SETS,
      });
    }
    throw new ImageError(`${path} is ${kind.size === 0 ? 'empty' : 'not an HDF5 file'}`, {
      code: 'IMAGES_FILE_DAMAGED',
      hint: labelsRequired ? SETS : 'It may be a download page or a Git LFS pointer in its place.',
    });
  }
  return { paths: [path], ignored: [] };
}

async function kindOf(path: string) {
  const kind = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file or folder' : messageOf(cause);
    const code = cause.code === 'ENOENT' ? 'IMAGES_NOT_FOUND' : undefined;
    throw new ImageError(`${path}: ${why}`, { code, cause });
  });
  const special = specialKind(kind);
  if (special !== undefined)
    throw new ImageError(`${path} is ${special}, not a file or folder`, {
      code: 'IMAGES_FORMAT_UNSUPPORTED',
    });
  return kind;
}
