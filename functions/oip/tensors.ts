import { Buffer } from 'node:buffer';
import { clipped } from '../json';
import { Problem } from '../problem';
import type { InferRequest } from './schemas';

/**
 * Tensors of the Open Inference Protocol v2, as JSON or binary
 * (https://github.com/kserve/open-inference-protocol, and Triton's binary tensor data extension).
 */

/** A tensor of an answer. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: 'INT64' | 'BOOL' | 'FP64';
  readonly shape: readonly number[];
  readonly data: readonly number[] | readonly boolean[];
}

/** Bytes of one value; images may come as any of these. */
export const INPUT_TYPES = { UINT8: 1, FP32: 4 } as const;

/**
 * The values of an image tensor.
 * @param binary what follows the JSON, where the tensor is sent as bytes
 * @throws Problem `malformed` where shape, type and data do not fit together
 */
export function inputValues(
  input: InferRequest['inputs'][number],
  binary: Uint8Array,
): Uint8Array | Float32Array {
  const count = input.shape.reduce((product, side) => product * side, 1);
  const { datatype } = input;
  if (datatype !== 'UINT8' && datatype !== 'FP32') {
    throw new Problem('malformed', `The input's datatype is ${clipped(datatype)}; UINT8 and FP32 are taken.`);
  }
  const announced = input.parameters?.binary_data_size;
  if (announced !== undefined) {
    if (announced !== binary.length || binary.length !== count * INPUT_TYPES[datatype]) {
      throw new Problem(
        'malformed',
        `${input.name} is of ${count * INPUT_TYPES[datatype]} bytes by its shape; ${clipped(String(announced))} are announced, ${binary.length} sent.`,
      );
    }
    if (datatype === 'UINT8') return binary;
    const values = new Float32Array(count);
    const view = new DataView(binary.buffer, binary.byteOffset, binary.length);
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i, true);
    return checked(values, input.name);
  }
  const values = new Float32Array(count);
  const sent = flatten(input.data ?? [], input.shape.length, values, datatype);
  if (sent !== count) {
    throw new Problem('malformed', `${input.name} is of ${count} values by its shape; ${sent} are sent.`);
  }
  checked(values, input.name);
  return datatype === 'UINT8' ? Uint8Array.from(values) : values;
}

/**
 * Writes values out one after the other; what is no value becomes NaN, and so does what is nested deeper than the shape.
 * @returns how many there are, though they may be more than there is room for
 */
function flatten(
  data: readonly unknown[],
  depth: number,
  into: Float32Array,
  datatype: keyof typeof INPUT_TYPES,
  first = 0,
): number {
  let next = first;
  for (const each of data) {
    if (typeof each === 'number' && (datatype === 'FP32' || Number.isInteger(each))) into[next++] = each;
    else if (depth > 0 && Array.isArray(each)) next = flatten(each, depth - 1, into, datatype, next);
    else into[next++] = Number.NaN;
  }
  return next;
}

function checked(values: Float32Array, name: string): Float32Array {
  for (const value of values) {
    if (!(value >= 0 && value <= 255)) {
      throw new Problem('malformed', `${name} holds values that are no pixels: 0 to 255 are wanted.`);
    }
  }
  return values;
}

/** A tensor as bytes: little-endian, a byte for a boolean. */
export function bytesOf({ datatype, data }: OutputTensor): Buffer {
  const width = datatype === 'BOOL' ? 1 : 8;
  const bytes = Buffer.alloc(width * data.length);
  data.forEach((value, i) => {
    if (datatype === 'BOOL') bytes.writeUInt8(value ? 1 : 0, i);
    else if (datatype === 'INT64') bytes.writeBigInt64LE(BigInt(value as number), 8 * i);
    else bytes.writeDoubleLE(value as number, 8 * i);
  });
  return bytes;
}
