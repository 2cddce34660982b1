import { NetError } from '../../../errors';
import { tooMany } from '../limits';
import type { TensorProto } from './messages';
import { addIntegers, bytesOf, eachField, textOf } from './wire';

const MOST_DIMENSIONS = 16;
/** Writers pack numbers together; each that stands apart takes memory of its own. */
const MOST_APART = 4096;

/** Fields in which values are written as numbers, and what these are. */
const NUMBERS = { 4: 'float', 5: 'whole', 7: 'whole', 10: 'double', 11: 'whole' } as const;

/** Reads what a tensor is; its values are left where they lie. @throws NetError for what is damaged, or one in several parts */
export function parseTensor(message: Uint8Array): TensorProto {
  const head = { name: '', dataType: 0 };
  const dims: number[] = [];
  let raw: Uint8Array | undefined;
  let kind: 'float' | 'double' | 'whole' | undefined;
  const bytes: Uint8Array[] = [];
  const entries = new Map<string, string>();
  let isExternal = false;
  eachField(message, (field) => {
    const numbers = NUMBERS[field.number as keyof typeof NUMBERS];
    if (field.number === 1) addIntegers(dims, field, MOST_DIMENSIONS);
    else if (field.number === 2) head.dataType = field.value;
    else if (field.number === 3)
      throw new NetError('The file has a tensor in several parts, which can’t be used');
    else if (field.number === 8) head.name = textOf(field);
    else if (field.number === 9) raw = bytesOf(field);
    else if (field.number === 14) isExternal = field.value === 1;
    else if (field.number === 13) {
      if (entries.size > MOST_DIMENSIONS)
        throw tooMany(`${MOST_DIMENSIONS} entries that tell where a tensor lies`);
      let [key, value] = ['', ''];
      eachField(bytesOf(field), (inner) => {
        if (inner.number === 1) key = textOf(inner);
        if (inner.number === 2) value = textOf(inner);
      });
      entries.set(key, value);
    } else if (numbers) {
      kind = numbers;
      if (bytes.length >= MOST_APART)
        throw tooMany(`${MOST_APART} numbers that are not packed in one tensor`);
      bytes.push(field.isPacked ? bytesOf(field) : unpacked(field.value, numbers));
    }
  });
  return {
    ...head,
    dims,
    raw: isExternal ? undefined : raw,
    numbers: kind && { kind, bytes },
    external: isExternal ? entries : undefined,
  };
}

/** A number that stands alone, as it would among those that are packed. */
function unpacked(value: number, kind: 'float' | 'double' | 'whole'): Uint8Array {
  if (kind === 'float') return new Uint8Array(Float32Array.of(value).buffer);
  if (kind === 'double') return new Uint8Array(Float64Array.of(value).buffer);
  // A varint of at most ten bytes, negative ones in two's complement.
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}
