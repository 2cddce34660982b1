import { endianness } from 'node:os';
import { ImageError } from '../errors';
import { type NumberRows, type Numbers, TEXTS } from '../hdf5/rows';

type Read = (buffer: ArrayBuffer) => Numbers | BigInt64Array | BigUint64Array;

const KINDS: Readonly<Record<string, Read>> = {
  u1: (buffer) => new Uint8Array(buffer),
  b1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u8: (buffer) => new BigUint64Array(buffer),
  i8: (buffer) => new BigInt64Array(buffer),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
};
const MAGIC = '\x93NUMPY';
const HEADER =
  /^\{'descr': '([<|=])([a-z]\d)', 'fortran_order': (True|False), 'shape': \(((?:\d+,? ?)*)\),? ?\}\s*$/;

/**
 * Reads an array as `np.save` writes it: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Nothing in it is executed.
 * @param name what to call it in messages
 * @throws ImageError for anything but integers, float32 and float64, little-endian and in C order, or another length than it claims
 */
export function npyRows(bytes: Uint8Array, name: string): NumberRows {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC)
    throw new ImageError(`${name} is not an array of NumPy`, { code: 'IMAGES_FILE_DAMAGED' });
  const start = bytes[6] === 1 ? 10 : 12;
  const begin = start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = Buffer.from(bytes.subarray(start, Math.min(begin, start + 2 ** 16))).toString('latin1');
  const [, , kind = '', fortran, sides = ''] = HEADER.exec(header) ?? [];
  const read = KINDS[kind];
  if (!read || fortran === 'True' || endianness() !== 'LE') {
    if (/'descr': '\|O'/.test(header))
      throw new ImageError(`${name} holds objects of Python (dtype=object), which are never unpickled`, {
        code: 'IMAGES_FORMAT_UNSUPPORTED',
        hint: 'Save it as plain numbers: np.array(y.tolist()).astype("int64") for labels, "uint8" for pixels.',
      });
    if (/'[<>|=]?[US]\d*'/.test(header))
      throw new ImageError(`${name} does not hold numbers`, {
        code: 'IMAGES_FORMAT_UNSUPPORTED',
        hint: TEXTS,
      });
    throw new ImageError(`${name} can't be read: its header is ${header.trim().slice(0, 120)}`, {
      code: 'IMAGES_FORMAT_UNSUPPORTED',
      hint: 'Plain numbers are wanted: np.ascontiguousarray(x).astype("uint8"); float32 will do, too.',
    });
  }
  const shape = (sides.match(/\d+/g) ?? []).map(Number);
  const [count, ...rowShape] = shape;
  if (count === undefined)
    throw new ImageError(`${name} is a single value, not a list`, { code: 'IMAGES_SHAPE_MISFIT' });
  const rowBytes = rowShape.reduce((product, length) => product * length, Number(kind[1]));
  if (bytes.length - begin !== count * rowBytes) {
    throw new ImageError(
      `${name} claims ${count * rowBytes} bytes of numbers and has ${Math.max(0, bytes.length - begin)}`,
      { code: 'IMAGES_FILE_DAMAGED', hint: 'The file is damaged, or cut short.' },
    );
  }
  return {
    name,
    count,
    rowShape,
    rowBytes,
    chunkRows: undefined,
    isUint8: kind === 'u1',
    isFloat: kind[0] === 'f',
    read(from, to) {
      const part = bytes.slice(begin + from * rowBytes, begin + to * rowBytes);
      const values = read(new Uint8Array(part).buffer);
      return values instanceof BigInt64Array || values instanceof BigUint64Array
        ? Float64Array.from(values, Number)
        : values;
    },
  };
}
