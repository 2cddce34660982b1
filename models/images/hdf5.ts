import { Dataset } from 'h5wasm';
import { ImageError } from '../errors';
import { refuseLinks } from '../hdf5/held';
import { type OpenHdf5, openHdf5 } from '../hdf5/open-hdf5';
import { numberRows } from '../hdf5/rows';
import { datasetOf, readGroups, readLabels } from './columns';
import { type Layout, tellLayout } from './layout';
import { columnNames } from './names';
import { rowsSet } from './rows-set';
import type { ImageSet, ImageShape } from './set';

export interface Hdf5SetOptions {
  /** What the net takes: tells which dimensions are height, width and channels. */
  readonly shape: ImageShape;
  /** N: labels are 0…N−1. */
  readonly classes?: number;
  /** What the datasets of images and labels are called; left out: `data` and `label`, or another usual pair. */
  readonly dataName?: string | undefined;
  readonly labelName?: string | undefined;
  /** A dataset with one entry an image (a number or a string): images with the same entry are a group. */
  readonly groupDataset?: string;
  /** By default labels must be there; with `false` they aren't looked at. */
  readonly labelsRequired?: boolean;
  /** Needed only where the shape fits both orders. */
  readonly layout?: Layout;
  /** Leaves out images with values outside 0–255, instead of refusing the set. */
  readonly skipBad?: boolean;
  /** What whoever uses the set should know, in sentences. */
  readonly remarks?: readonly string[];
}

/**
 * Opens labelled images in HDF5: `data` (N, C, H, W) or (N, H, W, C), uint8 or any numbers of 0–255; `label` (N,), see readLabels;
 * both may be called otherwise (see columnNames); where it is there, `true_label` (N,). Pixels are read in slices, so the file may be larger than memory.
 * @throws ImageError for a file, a dataset, a shape, a label or a value that can't be used; pixels are checked as
 *   they are read, all else at once
 * @throws UsageError where the order of dimensions must be told
 */
export async function openHdf5Set(path: string, options: Hdf5SetOptions): Promise<ImageSet> {
  const file = await openHdf5(path, ImageError);
  try {
    return await readSet(file, path, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function readSet(file: OpenHdf5, path: string, options: Hdf5SetOptions): Promise<ImageSet> {
  const { shape, classes, groupDataset, labelsRequired = true, skipBad = false } = options;
  if (isNet(file)) {
    throw new ImageError(`${path} is a net, not a set of images`, {
      code: 'IMAGES_FORMAT_UNSUPPORTED',
      hint: 'Images are wanted here: an HDF5 file with "data" and "label", or a folder with a folder a class.',
    });
  }
  const names = columnNames(columnsOf(file), { data: options.dataName, label: options.labelName });
  const rows = await numberRows(datasetOf(file, names.data, '--data-name'), file, ImageError);
  if (rows.count === 0)
    throw new ImageError(`${path} holds no images: "${names.data}" has 0 rows`, { code: 'IMAGES_EMPTY' });
  const layout = tellLayout(rows.rowShape, shape, rows.name, options.layout);
  const column = (name: string, flag?: string) => readLabels(file, name, rows.count, classes, flag);
  const labels = labelsRequired ? await column(names.label, '--label-name') : undefined;
  const trueLabels = labels && file.keys().includes('true_label') ? await column('true_label') : undefined;
  const groups = groupDataset ? await readGroups(file, groupDataset, rows.count) : undefined;
  return rowsSet(
    path,
    rows,
    { labels, trueLabels, groups },
    { shape, layout, skipBad, remarks: options.remarks },
    () => file.close(),
  );
}

/** Whether Keras wrote it: a whole model, or weights alone. */
function isNet(file: OpenHdf5): boolean {
  const keys = file.keys();
  if (keys.includes('data')) return false;
  const marks = ['model_weights', '_layer_checkpoint_dependencies', 'layers'];
  return marks.some((mark) => keys.includes(mark)) || Object.hasOwn(file.attrs, 'layer_names');
}

function columnsOf(file: OpenHdf5) {
  const holds = (key: string) => {
    refuseLinks(file, key, file.name, ImageError);
    return file.get(key) instanceof Dataset;
  };
  return { name: file.name, keys: () => file.keys(), holds };
}
