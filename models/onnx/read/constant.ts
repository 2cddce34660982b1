import { NetError } from '../../errors';
import { MOST_VALUES, tooMany } from './limits';
import type { TensorProto } from './proto/messages';
import { addIntegers } from './proto/wire';
import { TYPES, type Type } from './types';

/** A tensor whose values are known before any image is. */
export interface Constant {
  readonly shape: readonly number[];
  /** Whether these are whole numbers or truth values, such as shapes are computed with. */
  readonly isWhole: boolean;
  /** 64-bit floats for whole ones; the number of images is 1 (see Live). */
  readonly values: Float32Array | Float64Array;
}

/** Number of values in a tensor. @throws NetError where that is no sensible number */
export function countOf({ name, dims }: TensorProto): number {
  const count = dims.reduce((product, length) => product * length, 1);
  if (dims.some((length) => !(Number.isInteger(length) && length >= 0)) || !(count <= MOST_VALUES * 4))
    throw new NetError(`The tensor "${name}" would be ${dims.join('×')}`, { hint: 'The file is damaged.' });
  return count;
}

/** Whole numbers in a tensor: no net's weights are such. */
const MOST_WHOLE = 2 ** 24;

/**
 * A tensor's values. Nothing is allocated before its sizes are held against the bytes that are there.
 * @param external gives bytes that lie in another file
 * @throws NetError where they don't fit, or are of a type that no net of layers has
 */
export function readTensor(
  tensor: TensorProto,
  external: (tensor: TensorProto, length: number) => Uint8Array,
): Constant {
  const type = TYPES.get(tensor.dataType);
  if (!type) {
    throw new NetError(`The tensor "${tensor.name}" is of the type ${tensor.dataType}, which can’t be used`, {
      hint: 'Export the net with float32 weights, not quantized.',
    });
  }
  const count = countOf(tensor);
  const { dims: shape } = tensor;
  const { isWhole } = type;
  if (isWhole && count > MOST_WHOLE) throw tooMany(`${MOST_WHOLE} whole numbers in one tensor`);
  if (tensor.numbers && !tensor.external) {
    const values = ofNumbers(tensor.numbers, type, count);
    if (values?.length !== count) throw unfit(tensor, `${values?.length ?? 'more'} values`);
    return { shape, isWhole, values };
  }
  const bytes = tensor.external ? external(tensor, count * type.size) : (tensor.raw ?? new Uint8Array());
  if (bytes.length !== count * type.size) throw unfit(tensor, `${bytes.length} bytes`);
  return { shape, isWhole, values: type.read(bytes) };
}

/** Values that are written as numbers; undefined where there are more than wanted. */
function ofNumbers({ kind, bytes }: NonNullable<TensorProto['numbers']>, type: Type, count: number) {
  const total = bytes.reduce((sum, { length }) => sum + length, 0);
  const size = { float: 4, double: 8, whole: 1 }[kind];
  // A whole number takes from one byte to ten.
  if (total < count * size || total > count * (kind === 'whole' ? 10 : size)) return undefined;
  const all = Buffer.concat(bytes);
  if (kind !== 'whole') {
    const read = (i: number) => (kind === 'float' ? all.readFloatLE(i * 4) : all.readDoubleLE(i * 8));
    const values = Float32Array.from({ length: count }, (_, i) => read(i));
    return type.isWhole ? undefined : values;
  }
  const numbers: number[] = [];
  addIntegers(numbers, { number: 0, value: 0, bytes: all, isPacked: true }, count);
  if (type.isWhole) return Float64Array.from(numbers);
  // Halves are written as the whole numbers of their bits.
  const bits = Uint16Array.from(numbers);
  return type.size === 2 ? type.read(new Uint8Array(bits.buffer)) : undefined;
}

function unfit({ name, dims }: TensorProto, held: string): NetError {
  return new NetError(
    `The tensor "${name}" should be ${dims.join('×') || 'one number'}, but ${held} are there`,
    {
      hint: 'The file is damaged; copy or export it again.',
    },
  );
}

/** @throws NetError where there are more values than folding may make, before any is */
export function checkFoldable(shape: readonly number[], most: number): void {
  if (!(shape.reduce((product, length) => product * length, 1) <= most))
    throw new NetError(`The net computes a constant of ${shape.join('×')} values, which is too large`);
}
