import { PbfReader } from 'pbf';
import { NetError } from '../../../errors';

/** A field of a protobuf message, as it stands in the file. */
export interface Field {
  readonly number: number;
  /** Of a number; whole ones beyond 2^53 are rounded. */
  readonly value: number;
  /** Of text, bytes, a message inside, or several numbers packed together; empty for a single number. They lie in the file's memory. */
  readonly bytes: Uint8Array;
  readonly isPacked: boolean;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const NONE = new Uint8Array();

/**
 * Goes through the fields of a message (https://protobuf.dev/programming-guides/encoding), none of which reaches beyond it.
 * @throws NetError for what is cut short, or no such message
 */
export function eachField(message: Uint8Array, visit: (field: Field) => void): void {
  const pbf = new PbfReader(message);
  const varint = (isSigned: boolean) => {
    const value = read(() => pbf.readVarint(isSigned));
    if (pbf.pos > message.length) throw cutShort();
    return value;
  };
  while (pbf.pos < message.length) {
    const tag = varint(false);
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === VARINT) {
      visit({ number, value: varint(true), bytes: NONE, isPacked: false });
      continue;
    }
    const length = type === FIXED64 ? 8 : type === FIXED32 ? 4 : type === BYTES ? varint(false) : undefined;
    if (length === undefined || number < 1) throw damaged();
    if (length > message.length - pbf.pos) throw cutShort();
    const bytes = message.subarray(pbf.pos, pbf.pos + length);
    pbf.pos += length;
    if (type === BYTES) visit({ number, value: 0, bytes, isPacked: true });
    else visit({ number, value: floatOf(bytes), bytes: NONE, isPacked: false });
  }
}

/** A field's text. */
export function textOf({ bytes }: Field): string {
  return new TextDecoder().decode(bytes);
}

/** A field's bytes, which lie in the file's memory. */
export function bytesOf({ bytes }: Field): Uint8Array {
  return bytes;
}

/**
 * Adds a field's whole numbers, one or several packed together.
 * @throws NetError where there would be more than `most`
 */
export function addIntegers(numbers: number[], field: Field, most: number): void {
  const add = (value: number) => {
    if (numbers.length >= most)
      throw new NetError(`The file lists more than ${most} numbers where a few stand`);
    numbers.push(value);
  };
  if (!field.isPacked) {
    add(field.value);
    return;
  }
  const pbf = new PbfReader(field.bytes);
  while (pbf.pos < field.bytes.length) {
    add(read(() => pbf.readVarint(true)));
    if (pbf.pos > field.bytes.length) throw cutShort();
  }
}

function floatOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
}

function read<T>(from: () => T): T {
  try {
    return from();
  } catch (cause) {
    throw damaged(cause);
  }
}

function cutShort(): NetError {
  return new NetError('The ONNX file is cut short, or damaged', { hint: 'Copy or export it again.' });
}

function damaged(cause?: unknown): NetError {
  return new NetError('The file is no ONNX net, or damaged', { hint: 'Copy or export it again.', cause });
}
