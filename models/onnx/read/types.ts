import { fromBfloat16, fromHalf } from '../../keras/file/half';

/** Numbers of a type: its name, and how many bytes each takes. */
export interface Type {
  readonly name: string;
  readonly size: number;
  readonly isWhole: boolean;
  read(bytes: Uint8Array): Float32Array | Float64Array;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function whole(name: string, size: number, get: (from: DataView, at: number) => number | bigint): Type {
  const read = (bytes: Uint8Array) => {
    const from = view(bytes);
    return Float64Array.from({ length: bytes.length / size }, (_, i) => Number(get(from, i * size)));
  };
  return { name, size, isWhole: true, read };
}

/** Bytes that begin where a number of so many may. */
const aligned = (bytes: Uint8Array, size: number) =>
  bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);

/** Types of numbers, by their number in onnx.proto. */
export const TYPES = new Map<number, Type>([
  [
    1,
    {
      name: 'float32',
      size: 4,
      isWhole: false,
      read(bytes) {
        const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
        return new Float32Array(buffer, byteOffset, byteLength / 4);
      },
    },
  ],
  [2, whole('uint8', 1, (from, at) => from.getUint8(at))],
  [3, whole('int8', 1, (from, at) => from.getInt8(at))],
  [6, whole('int32', 4, (from, at) => from.getInt32(at, true))],
  [7, whole('int64', 8, (from, at) => from.getBigInt64(at, true))],
  [9, whole('bool', 1, (from, at) => from.getUint8(at))],
  [
    10,
    {
      name: 'float16',
      size: 2,
      isWhole: false,
      read(bytes) {
        const { buffer, byteOffset, byteLength } = aligned(bytes, 2);
        return fromHalf(new Uint16Array(buffer, byteOffset, byteLength / 2));
      },
    },
  ],
  [
    11,
    {
      name: 'float64',
      size: 8,
      isWhole: false,
      read(bytes) {
        const { buffer, byteOffset, byteLength } = aligned(bytes, 8);
        return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
      },
    },
  ],
  [16, { name: 'bfloat16', size: 2, isWhole: false, read: fromBfloat16 }],
]);

/** The name of a type, as NumPy has it. */
export function typeName(dataType: number): string {
  return TYPES.get(dataType)?.name ?? `type ${dataType}`;
}

/** Whether values of a type are floats, in some number of bits. */
export function isFloat(dataType: number): boolean {
  return TYPES.get(dataType)?.isWhole === false;
}
