import { basename } from 'node:path';
import { ImageError } from '../errors';
import { Blocks } from '../hdf5/blocks';
import { type OpenHdf5, openHdf5 } from '../hdf5/open';
import { type NumberRows, numberRows } from '../hdf5/rows';
import { datasetOf, readGroups, readLabels } from './columns';
import { copyImage, type Layout, tellLayout } from './layout';
import { columnNames } from './names';
import { RangeLook, rescaling, unitInWords } from './range';
import { type ImageBatch, type ImageSet, type ImageShape, imageSize, type SkippedImage } from './set';

/** Blocks, spread over the set, that are looked through to tell the range of its values. */
const LOOKED_AT = 4;

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
      hint: 'Images are wanted here: an HDF5 file with "data" and "label", or a folder with a folder a class.',
    });
  }
  const names = columnNames(file, { data: options.dataName, label: options.labelName });
  const rows = await numberRows(datasetOf(file, names.data, '--data-name'), file, ImageError);
  if (rows.count === 0) throw new ImageError(`${path} holds no images: "${names.data}" has 0 rows`);
  const layout = tellLayout(rows.rowShape, shape, rows.name, options.layout);
  const column = (name: string, flag?: string) => readLabels(file, name, rows.count, classes, flag);
  const labels = labelsRequired ? await column(names.label, '--label-name') : undefined;
  const trueLabels = labels && file.keys().includes('true_label') ? await column('true_label') : undefined;
  const groups = groupDataset ? await readGroups(file, groupDataset, rows.count) : undefined;
  refuseUnitRange(rows);

  let skipped: SkippedImage[] = [];
  let closed = false;
  async function* batches(batchSize: number): AsyncGenerator<ImageBatch, void, void> {
    skipped = [];
    const blocks = new Blocks(rows);
    const size = imageSize(shape);
    for (let start = 0; start < rows.count; start += batchSize) {
      const end = Math.min(start + batchSize, rows.count);
      const pixels = new (rows.isUint8 ? Uint8Array : Float32Array)((end - start) * size);
      const kept: number[] = [];
      for (let row = start; row < end; row++) {
        const { values, from } = blocks.at(row);
        const bad = copyImage(values, from, pixels, kept.length * size, shape, layout);
        if (bad === undefined) kept.push(row);
        else if (skipBad) skipped.push({ name: `${path}#${row}`, reason: outside(bad) });
        else {
          throw new ImageError(`${rows.name}: row ${row}: ${outside(bad)}`, {
            hint: '--skip-bad leaves such images out.',
          });
        }
      }
      if (kept.length === 0) continue;
      const taken = <T>(all: ArrayLike<T> | undefined) => all && kept.map((row) => all[row]!);
      const taken32 = (all: Int32Array | undefined) => all && Int32Array.from(kept, (row) => all[row]!);
      yield {
        pixels: pixels.subarray(0, kept.length * size),
        labels: taken32(labels),
        trueLabels: taken32(trueLabels),
        groups: taken(groups),
        names: kept.map((row) => `${path}#${row}`),
      };
    }
  }
  return {
    name: basename(path),
    shape,
    size: rows.count,
    labelled: labels !== undefined,
    classNames: undefined,
    get skipped() {
      return skipped;
    },
    batches,
    close() {
      if (!closed) file.close();
      closed = true;
    },
  };
}

/** Whether Keras wrote it: a whole model, or weights alone. */
function isNet(file: OpenHdf5): boolean {
  const keys = file.keys();
  if (keys.includes('data')) return false;
  const marks = ['model_weights', '_layer_checkpoint_dependencies', 'layers'];
  return marks.some((mark) => keys.includes(mark)) || Object.hasOwn(file.attrs, 'layer_names');
}

function refuseUnitRange(rows: NumberRows): void {
  const blocks = new Blocks(rows);
  const look = new RangeLook();
  const all = Math.ceil(rows.count / blocks.blockRows);
  const step = Math.max(1, Math.floor(all / LOOKED_AT));
  for (let block = 0, looked = 0; block < all && looked < LOOKED_AT; block += step, looked++) {
    look.add(blocks.at(block * blocks.blockRows).values);
  }
  const told = look.told();
  if (told) {
    throw new ImageError(`${rows.name}: its values ${unitInWords(told)}`, {
      hint: `${rescaling(told)} How the net takes them is told by --pixels.`,
    });
  }
}

function outside(value: number): string {
  return Number.isNaN(value) ? 'a value is not a number (NaN)' : `the value ${value} is outside 0–255`;
}
