import { Buffer } from 'node:buffer';
import { endianness } from 'node:os';
import { BYTES_AT_A_TIME, letOthersRun } from '../../models/event-loop';
import { RangeLook, rescaling, unitInWords } from '../../models/images/range';
import { first } from '../../models/present';
import { clipped } from '../json';
import { Problem } from '../problem';
import { readNumbers } from './numbers';
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

/** Where the values of a tensor lie. */
export interface TensorText {
  /** What follows the JSON, where the tensor is sent as bytes. */
  readonly binary: Uint8Array;
  /** The text of each list of values that a tensor has; its `data` holds the number of its own. */
  readonly lists: readonly Uint8Array[];
}

/**
 * The values of an image tensor.
 * @throws Problem `malformed` where shape, type and data do not fit together
 */
export async function inputValues(
  input: InferRequest['inputs'][number],
  { binary, lists }: TensorText,
): Promise<Uint8Array | Float32Array> {
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
    return await checked(datatype === 'UINT8' ? binary : fromBytes(binary), input);
  }
  const values = datatype === 'UINT8' ? new Uint8Array(count) : new Float32Array(count);
  const [number] = (input.data ?? []) as [number?];
  const sent = number === undefined ? 0 : await readNumbers(lists[number]!, values, input.shape.length + 1);
  if (typeof sent !== 'number') throw notPixels(input.name);
  if (sent !== count) {
    throw new Problem('malformed', `${input.name} is of ${count} values by its shape; ${sent} are sent.`);
  }
  return await checked(values, input);
}

/** Little-endian, wherever they lie. */
function fromBytes(binary: Uint8Array): Float32Array {
  if (endianness() === 'LE') return new Float32Array(new Uint8Array(binary).buffer);
  const view = new DataView(binary.buffer, binary.byteOffset, binary.length);
  return Float32Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Refuses what is no pixel, and each image whose values look like 0–1 or −1…1. */
async function checked<T extends Uint8Array | Float32Array>(
  values: T,
  { name, shape }: InferRequest['inputs'][number],
): Promise<T> {
  const size = Math.max(1, values.length / (shape[0] || 1));
  let isPixels = true;
  for (let image = 0; image * size < values.length; image++) {
    const look = new RangeLook();
    const end = (image + 1) * size;
    // Bytes are whole numbers: one above 1 tells that none of them is of 0–1.
    if (values instanceof Uint8Array && values.subarray(image * size, end).some((value) => value > 1))
      continue;
    for (let from = image * size; from < end; from += BYTES_AT_A_TIME) {
      const some = values.subarray(from, Math.min(from + BYTES_AT_A_TIME, end));
      isPixels &&= arePixels(some);
      look.add(some);
      await letOthersRun();
    }
    const unit = look.unitRange();
    if (unit) {
      const which = first(shape) > 1 ? `, image ${image},` : '';
      throw new Problem(
        'malformed',
        `The values of ${name}${which} ${unitInWords(unit)}. ${rescaling(unit)} The model scales them itself.`,
      );
    }
  }
  if (!isPixels) throw notPixels(name);
  return values;
}

function arePixels(values: Uint8Array | Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i]! >= 0 && values[i]! <= 255)) return false;
  return true;
}

function notPixels(name: string): Problem {
  return new Problem('malformed', `${name} holds values that are no pixels: 0 to 255 are wanted.`);
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
