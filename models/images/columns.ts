import { Dataset } from 'h5wasm';
import { ImageError } from '../errors';
import { checkHeld, elsewhere, refuseLinks } from '../hdf5/held';
import { hdf5Reason, isElsewhere, type OpenHdf5 } from '../hdf5/open';
import { type NumberRows, numberRows } from '../hdf5/rows';

const STRING = 3;
const SLICE = 1 << 20;
const TEXTS = 64;

/**
 * A dataset by its name.
 * @throws ImageError where there is none of that name, or only a link to another file
 */
export function datasetOf(file: OpenHdf5, name: string): Dataset {
  refuseLinks(file, name, file.name, ImageError);
  const found = file.keys().includes(name) || name.includes('/') ? file.get(name) : null;
  if (found instanceof Dataset) return found;
  const others = file.keys().map((key) => `"${key}"`);
  throw new ImageError(`${file.name} has no dataset "${name}"`, {
    hint: others.length > 0 ? `It has ${others.join(', ')}.` : 'It is empty.',
  });
}

/**
 * Reads a dataset of class numbers, (N,) or (N, 1), of any type as long as they are whole.
 * @param classes N, where it is known: a label is 0…N−1
 * @throws ImageError naming the first row that is no such label
 */
export async function readLabels(
  file: OpenHdf5,
  name: string,
  count: number,
  classes: number | undefined,
): Promise<Int32Array> {
  const rows = await numberRows(datasetOf(file, name), file, ImageError);
  checkColumn(rows, count);
  const labels = new Int32Array(count);
  const most = classes ?? 2 ** 31;
  for (let start = 0; start < count; start += SLICE) {
    const values = rows.read(start, Math.min(start + SLICE, count));
    for (let i = 0; i < values.length; i++) {
      const label = values[i]!;
      if (!Number.isInteger(label)) {
        throw new ImageError(`${rows.name}: row ${start + i} is ${label}, not a whole number`);
      }
      if (label < 0 || label >= most) {
        throw new ImageError(
          `${rows.name}: row ${start + i} is ${label}; ` +
            (classes === undefined
              ? 'classes start at 0'
              : `the net's ${classes} classes are 0 to ${classes - 1}`),
          {
            hint:
              label === classes
                ? 'Classes are counted from 0: are these counted from 1?'
                : 'Is this the set that belongs to this net?',
          },
        );
      }
      labels[start + i] = label;
    }
  }
  return labels;
}

/**
 * Reads the group of each image, whole numbers or strings.
 * @throws ImageError where there is no such dataset, or not one entry an image
 */
export async function readGroups(file: OpenHdf5, name: string, count: number): Promise<string[]> {
  const dataset = datasetOf(file, name);
  if (dataset.metadata.type !== STRING) {
    const rows = await numberRows(dataset, file, ImageError);
    checkColumn(rows, count);
    return Array.from(rows.read(0, count), String);
  }
  const shape = dataset.shape ?? [];
  const entries = shape.reduce((product, length) => product * length, 1);
  const what = `${file.name}: "${name}"`;
  if (entries !== count || !shape.includes(count)) throw unequal(what, entries, count);
  checkHeld(dataset, what, file.bytes, ImageError);
  try {
    return readTexts(dataset, count, what, file.bytes);
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    if (isElsewhere(cause)) throw elsewhere(what, undefined, ImageError);
    throw new ImageError(`${what} can't be read: ${hdf5Reason(cause)}`, { cause });
  }
}

/** A few at a time: many entries may name one long text. */
function readTexts(dataset: Dataset, count: number, what: string, bytes: number): string[] {
  const texts: string[] = [];
  let length = 0;
  const { shape, vlen } = dataset.metadata;
  const axis = shape!.indexOf(count);
  for (let start = 0; start < count; start += TEXTS) {
    const end = Math.min(start + TEXTS, count);
    const some = dataset.slice(shape!.map((_, i) => (i === axis ? [start, end] : []))) as string[];
    length += some.reduce((sum, text) => sum + text.length, 0);
    if (vlen && length > bytes) {
      throw new ImageError(`${what} claims more text than a file of ${bytes} bytes can hold`, {
        hint: 'The file is damaged, or made to exhaust memory.',
      });
    }
    texts.push(...some);
  }
  return texts;
}

function checkColumn({ name, count, rowShape }: NumberRows, images: number): void {
  if (rowShape.some((length) => length !== 1)) {
    throw new ImageError(
      `${name} has the shape (${[count, ...rowShape].join(', ')}); one number an image is wanted`,
      {
        hint: 'Labels given as one-of-N rows: write the number of the class instead (argmax).',
      },
    );
  }
  if (count !== images) throw unequal(name, count, images);
}

function unequal(name: string, entries: number, images: number): ImageError {
  return new ImageError(`${name} has ${entries} entries for ${images} images`);
}
