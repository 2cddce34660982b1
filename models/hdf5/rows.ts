import type { Dataset } from 'h5wasm';
import { first } from '../present';
import { checkHeld, elsewhere } from './held';
import { startHdf5 } from './library';
import { hdf5Reason, isElsewhere, type OpenHdf5, type Refusal } from './open-hdf5';

const INTEGER = 0;
const FLOAT = 1;
const ENUM = 8;
const STRING = 3;
/** What to do with labels that are texts. */
export const TEXTS =
  'It holds texts: labels are wanted as numbers 0…N−1 in the order of the net’s classes; np.unique(y, return_inverse=True)[1] counts them in the order of their names.';

/** The numbers of some rows, as the file keeps them; 64-bit integers and float16 as floats. */
export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A dataset of numbers, read some rows at a time. */
export interface NumberRows {
  /** The dataset's name in messages: `faces.h5: "data"`. */
  readonly name: string;
  /** Length of the first dimension. */
  readonly count: number;
  /** The other dimensions. */
  readonly rowShape: readonly number[];
  readonly rowBytes: number;
  /** Rows that one compressed chunk spans; undefined where rows lie one after the other. */
  readonly chunkRows: number | undefined;
  readonly isUint8: boolean;
  readonly isFloat: boolean;
  /** Rows `start` to `end` (not included), one after the other, row-major. */
  read(start: number, end: number): Numbers;
}

/**
 * Readies a dataset of numbers for reading by rows.
 * @throws `Refusal` for anything but numbers in one dimension or more, and for those that lie in another file; `read` throws it for damaged or unreadable data
 */
export async function numberRows(dataset: Dataset, file: OpenHdf5, Refusal: Refusal): Promise<NumberRows> {
  const library = await startHdf5();
  const name = `${file.name}: "${dataset.path.replace(/^\//, '')}"`;
  const { shape, type, size, chunks } = dataset.metadata;
  const isFloat = type === FLOAT && (size === 2 || size === 4 || size === 8);
  if (!isFloat && type !== INTEGER && type !== ENUM)
    throw new Refusal(`${name} does not hold numbers`, { hint: type === STRING ? TEXTS : undefined });
  if (!shape || shape.length === 0) throw new Refusal(`${name} is a single value, not a list`);
  checkHeld(dataset, name, file.bytes, Refusal);
  const rowShape = shape.slice(1);
  const rowLength = rowShape.reduce((product, length) => product * length, 1);

  const readHalf = (start: number, end: number): Float32Array => {
    const values = (end - start) * rowLength;
    const pointer = library._malloc(values * 2);
    if (pointer === 0) throw new Error(`${values * 2} bytes of memory are not to be had`);
    try {
      const count = [end - start, ...rowShape].map(BigInt);
      const offset = shape.map((_, axis) => BigInt(axis === 0 ? start : 0));
      const strides = shape.map(() => 1n);
      library.get_dataset_data(dataset.file_id, dataset.path, count, offset, strides, BigInt(pointer));
      return fromHalf(new Uint16Array(library.HEAPU8.buffer, pointer, values));
    } finally {
      library._free(pointer);
    }
  };
  const rows: NumberRows = {
    name,
    count: first(shape),
    rowShape,
    rowBytes: rowLength * size,
    chunkRows: chunks?.[0],
    isUint8: type === INTEGER && size === 1 && !dataset.metadata.signed,
    isFloat,
    read(start, end) {
      try {
        if (isFloat && size === 2) return readHalf(start, end);
        const values = dataset.slice([[start, end]]) as Numbers | BigInt64Array | BigUint64Array;
        return values instanceof BigInt64Array || values instanceof BigUint64Array
          ? Float64Array.from(values, Number)
          : values;
      } catch (cause) {
        if (isElsewhere(cause)) throw elsewhere(name, undefined, Refusal);
        throw new Refusal(`${name}: rows ${start} to ${end - 1} can't be read: ${hdf5Reason(cause)}`, {
          hint: 'If the file is whole, write the dataset anew as plain numbers, uncompressed or with gzip (h5py: compression="gzip").',
          cause,
        });
      }
    },
  };
  // Only reading shows that values lie in an external file, which those in chunks never do.
  if (!chunks && rows.count > 0) rows.read(0, 1);
  return rows;
}

/** Decodes IEEE 754 binary16. */
function fromHalf(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const bits = halves[i]!;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let size = 2 ** (exponent - 25) * (1024 + fraction);
    if (exponent === 0) size = fraction * 2 ** -24;
    else if (exponent === 31) size = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    values[i] = bits & 0x8000 ? -size : size;
  }
  return values;
}
