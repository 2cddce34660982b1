import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { ImageError, messageOf } from '../errors';
import type { NumberRows } from '../hdf5/rows';
import { readRegular } from '../regular';
import { checkColumn, labelsOf } from './columns';
import type { Hdf5SetOptions } from './hdf5';
import { tellLayout } from './layout';
import { columnNames } from './names';
import { npyRows } from './npy';
import { rowsSet } from './rows-set';
import type { ImageSet } from './set';

const MOST_BYTES = 2 ** 31 - 1;
/** Deflate can't shrink anything further than this. */
const MOST_COMPRESSION = 1040;
const NPY = /\.npy$/i;

/** Whether a path is called like a file of NumPy. */
export function isNumpy(path: string): boolean {
  return /\.np[yz]$/i.test(path);
}

/**
 * Opens labelled images of NumPy: an `.npz` with the arrays that an HDF5 set has as datasets, or the `.npy` of the images, with that of the
 * labels beside it (`x_train.npy`, `y_train.npy`). It is read whole, so up to 2 GiB.
 * @throws ImageError for a file, an array, a shape, a label or a value that can't be used
 * @throws UsageError where the order of dimensions must be told
 */
export async function openNumpySet(path: string, options: Hdf5SetOptions): Promise<ImageSet> {
  const { shape, classes, groupDataset, labelsRequired = true, skipBad = false } = options;
  const arrays = NPY.test(path) ? await arraysBeside(path) : await arraysIn(path);
  const own = NPY.test(path) ? basename(path).replace(NPY, '') : options.dataName;
  const file = { name: path, keys: () => arrays.keys, holds: (key: string) => arrays.keys.includes(key) };
  const names = columnNames(file, { data: own, label: options.labelName });
  const rows = await arrays.read(names.data);
  if (rows.count === 0)
    throw new ImageError(`${path} holds no images: "${names.data}" has 0 rows`, { code: 'IMAGES_EMPTY' });
  const layout = tellLayout(rows.rowShape, shape, rows.name, options.layout);
  const column = async (name: string) => labelsOf(await arrays.read(name), rows.count, classes);
  const labels = labelsRequired ? await column(names.label) : undefined;
  const trueLabels = labels && file.holds('true_label') ? await column('true_label') : undefined;
  const ofGroup = groupDataset === undefined ? undefined : await arrays.read(groupDataset);
  if (ofGroup) checkColumn(ofGroup, rows.count);
  const groups = ofGroup && Array.from(ofGroup.read(0, rows.count), String);
  return rowsSet(
    path,
    rows,
    { labels, trueLabels, groups },
    { shape, layout, skipBad, remarks: options.remarks },
  );
}

interface Arrays {
  readonly keys: readonly string[];
  /** @throws ImageError where there is none of that name, or it can't be read */
  read(key: string): Promise<NumberRows>;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path, MOST_BYTES);
  } catch (cause) {
    throw new ImageError(`${path} can't be read: ${messageOf(cause)}`, {
      code: 'IMAGES_FILE_DAMAGED',
      cause,
    });
  }
}

async function arraysBeside(path: string): Promise<Arrays> {
  const folder = dirname(path);
  const keys = (await readdir(folder)).filter((name) => NPY.test(name)).map((name) => name.replace(NPY, ''));
  return {
    keys,
    async read(key) {
      const file = join(folder, `${key}.npy`);
      if (keys.includes(key)) return npyRows(await bytesOf(file), file);
      throw new ImageError(`${path}: there is no ${key}.npy beside it`, {
        code: 'IMAGES_ARRAY_UNKNOWN',
        hint: 'Images and labels are wanted as x.npy and y.npy; --label-name NAME tells another NAME.npy.',
      });
    },
  };
}

async function arraysIn(path: string): Promise<Arrays> {
  const bytes = await bytesOf(path);
  const unpack = (filter: (file: UnzipFileInfo) => boolean) => {
    try {
      return unzipSync(bytes, { filter });
    } catch (cause) {
      if (cause instanceof ImageError) throw cause;
      if (/compression type/.test(messageOf(cause)))
        throw new ImageError(`${path} is compressed in a way that can't be read`, {
          code: 'IMAGES_FORMAT_UNSUPPORTED',
          hint: 'Write it with np.savez or np.savez_compressed.',
          cause,
        });
      throw new ImageError(`${path} is damaged or cut short: ${messageOf(cause)}`, {
        code: 'IMAGES_FILE_DAMAGED',
        cause,
      });
    }
  };
  const keys: string[] = [];
  unpack(({ name }) => {
    if (NPY.test(name)) keys.push(name.replace(NPY, ''));
    return false;
  });
  return {
    keys,
    async read(key) {
      const [unpacked] = Object.values(
        unpack(({ name, size, originalSize }) => {
          if (!NPY.test(name) || name.replace(NPY, '') !== key) return false;
          if (originalSize <= MOST_BYTES && originalSize <= size * MOST_COMPRESSION) return true;
          throw new ImageError(`${path}: "${key}" claims ${originalSize} bytes from ${size}`, {
            code: 'IMAGES_FILE_DAMAGED',
            hint: 'The file is damaged, or made to exhaust memory.',
          });
        }),
      );
      if (unpacked) return npyRows(unpacked, `${path}: "${key}"`);
      throw new ImageError(`${path} has no array "${key}"`, {
        code: 'IMAGES_ARRAY_UNKNOWN',
        hint: `It has ${keys.slice(0, 10).join(', ') || 'none'}. Name those that are meant: --data-name NAME --label-name NAME.`,
      });
    },
  };
}
