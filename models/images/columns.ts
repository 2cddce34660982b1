import { Dataset, Group } from 'h5wasm';
import { ImageError } from '../errors';
import { checkHeld, elsewhere, refuseLinks } from '../hdf5/held';
import { hdf5Reason, isElsewhere, type OpenHdf5 } from '../hdf5/open-hdf5';
import { type NumberRows, numberRows } from '../hdf5/rows';
import { present } from '../present';

const STRING = 3;
const SLICE = 1 << 20;
const TEXTS = 64;

/**
 * A dataset by its name.
 * @param flag the option that names another, where there is one
 * @throws ImageError where there is none of that name, it is a group, or only a link to another file
 */
export function datasetOf(file: OpenHdf5, name: string, flag?: string): Dataset {
  refuseLinks(file, name, file.name, ImageError);
  const found = file.keys().includes(name) || name.includes('/') ? file.get(name) : null;
  if (found instanceof Dataset) return found;
  const how = flag === undefined ? '' : ` Name the one that is meant: ${flag} NAME.`;
  if (found instanceof Group) {
    const within = listed(found.keys().map((key) => `"${name}/${key}"`));
    throw new ImageError(`${file.name}: "${name}" is a group, not a dataset`, {
      code: 'IMAGES_ARRAY_UNKNOWN',
      hint: (within ? `It holds ${within}.` : 'It is empty.') + how,
    });
  }
  const others = file.keys().map((key) => {
    const of = file.get(key);
    return of instanceof Group
      ? `"${key}" (a group of ${listed(of.keys().map((each) => `"${key}/${each}"`)) || 'nothing'})`
      : `"${key}"`;
  });
  throw new ImageError(`${file.name} has no dataset "${name}"`, {
    code: 'IMAGES_ARRAY_UNKNOWN',
    hint: (others.length > 0 ? `It has ${listed(others)}.` : 'It is empty.') + how,
  });
}

const MOST_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return names.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * Reads a dataset of class numbers, (N,), (N, 1) or, as MATLAB writes it, (1, N), of any type as long as they are whole; or rows of as many
 * numbers as there are classes, one of them 1 and the others 0.
 * @param classes N, where it is known: a label is 0…N−1
 * @param flag the option that names another dataset, where there is one
 * @throws ImageError naming the first row that is no such label
 */
export async function readLabels(
  file: OpenHdf5,
  name: string,
  count: number,
  classes: number | undefined,
  flag?: string,
): Promise<Int32Array> {
  return labelsOf(await numberRows(datasetOf(file, name, flag), file, ImageError), count, classes);
}

/** The same of numbers that are at hand. @throws ImageError naming the first row that is no such label */
export function labelsOf(rows: NumberRows, count: number, classes: number | undefined): Int32Array {
  const read = readerOf(rows, count, classes);
  const labels = new Int32Array(count);
  const most = classes ?? 2 ** 31;
  const slice = Math.max(1, Math.floor(SLICE / (classes ?? 1)));
  for (let start = 0; start < count; start += slice) {
    const values = read(start, Math.min(start + slice, count));
    for (let i = 0; i < values.length; i++) {
      const label = values[i]!;
      if (!Number.isInteger(label)) {
        throw new ImageError(`${rows.name}: row ${start + i} is ${label}, not a whole number`, {
          code: 'LABELS_UNUSABLE',
        });
      }
      if (label < 0 || label >= most) {
        throw new ImageError(
          `${rows.name}: row ${start + i} is ${label}; ` +
            (classes === undefined
              ? 'classes start at 0'
              : `the net's ${classes} classes are 0 to ${classes - 1}`),
          {
            code: 'CLASSES_MISFIT',
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

/** Reads the labels of some images, by the shape that they come in. */
function readerOf(
  rows: NumberRows,
  count: number,
  classes: number | undefined,
): (start: number, end: number) => ArrayLike<number> {
  const { count: length, rowShape } = rows;
  if (length === 1 && count !== 1 && rowShape.length === 1 && rowShape[0] === count) {
    const all = rows.read(0, 1);
    return (start, end) => all.subarray(start, end);
  }
  const [wide, ...more] = rowShape;
  const isOneOf = wide !== undefined && wide > 1 && more.length === 0 && length === count;
  if (isOneOf && (classes === undefined || wide === classes))
    return (start, end) => ones(rows.read(start, end), wide, rows.name, start);
  checkColumn(rows, count, classes);
  return (start, end) => rows.read(start, end);
}

/** Where the 1 of each row is. @throws ImageError naming the first row that is not one of N */
function ones(values: ArrayLike<number>, wide: number, name: string, first: number): Int32Array {
  return Int32Array.from({ length: values.length / wide }, (_, row) => {
    let at = -1;
    for (let i = 0; i < wide; i++) {
      const value = values[row * wide + i]!;
      if (value === 0) continue;
      if (value !== 1 || at >= 0) {
        throw new ImageError(`${name}: row ${first + row} is not one of N: a 1 and zeros are wanted`, {
          code: 'LABELS_UNUSABLE',
          hint: 'Write the number of the class instead (argmax).',
        });
      }
      at = i;
    }
    if (at < 0)
      throw new ImageError(`${name}: row ${first + row} is all zeros, of no class`, {
        code: 'LABELS_UNUSABLE',
        hint: 'Write the number of the class instead.',
      });
    return at;
  });
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
    throw new ImageError(`${what} can't be read: ${hdf5Reason(cause)}`, { code: 'LABELS_UNUSABLE', cause });
  }
}

/** A few at a time: many entries may name one long text. */
function readTexts(dataset: Dataset, count: number, what: string, bytes: number): string[] {
  const texts: string[] = [];
  let length = 0;
  const { vlen, shape } = dataset.metadata;
  const sides = present(shape, `The shape of ${what}`);
  const axis = sides.indexOf(count);
  for (let start = 0; start < count; start += TEXTS) {
    const end = Math.min(start + TEXTS, count);
    const some = dataset.slice(sides.map((_, i) => (i === axis ? [start, end] : []))) as string[];
    length += some.reduce((sum, text) => sum + text.length, 0);
    if (vlen && length > bytes) {
      throw new ImageError(`${what} claims more text than a file of ${bytes} bytes can hold`, {
        code: 'LABELS_UNUSABLE',
        hint: 'The file is damaged, or made to exhaust memory.',
      });
    }
    texts.push(...some);
  }
  return texts;
}

/** @throws ImageError unless it is one number for each of so many images */
export function checkColumn({ name, count, rowShape }: NumberRows, images: number, classes?: number): void {
  if (rowShape.some((length) => length !== 1)) {
    throw new ImageError(
      `${name} has the shape (${[count, ...rowShape].join(', ')}); one number an image is wanted` +
        (classes === undefined ? '' : `, or rows of ${classes}, one a class`),
      { code: 'LABELS_UNUSABLE', hint: 'The number of the class of each image is wanted: (N,).' },
    );
  }
  if (count !== images) throw unequal(name, count, images);
}

function unequal(name: string, entries: number, images: number): ImageError {
  return new ImageError(`${name} has ${entries} entries for ${images} images`, { code: 'LABELS_UNUSABLE' });
}
