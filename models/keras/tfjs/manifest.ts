import { NetError } from '../../errors';
import { isObject, type Json, type JsonObject, own, ownText } from '../config/json';
import { fromHalf } from '../file/half';
import { checkCount } from '../weights/stored';

/** Weights that lie one after the other in some files. */
export interface WeightGroup {
  /** Beside the net, in this order; as the net tells them. */
  readonly locations: readonly string[];
  readonly weights: readonly PackedWeight[];
}

/** A weight as TensorFlow.js keeps it (tf.io.WeightsManifestEntry). */
export interface PackedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of the values as they are kept: `float32`, or what they were quantized to. */
  readonly dtype: string;
  /** That it takes in the files. */
  readonly bytes: number;
  /** Its values from those bytes. */
  read(bytes: Uint8Array): Float32Array;
}

const MOST_DIMENSIONS = 8;
/** How values are kept: bytes each, and how these are read. Little-endian, as TensorFlow.js writes them. */
const KEPT: Readonly<Record<string, { size: number; numbers: (copy: ArrayBuffer) => ArrayLike<number> }>> = {
  float32: { size: 4, numbers: (copy) => new Float32Array(copy) },
  float16: { size: 2, numbers: (copy) => fromHalf(new Uint16Array(copy)) },
  int32: { size: 4, numbers: (copy) => new Int32Array(copy) },
  uint16: { size: 2, numbers: (copy) => new Uint16Array(copy) },
  uint8: { size: 1, numbers: (copy) => new Uint8Array(copy) },
  bool: { size: 1, numbers: (copy) => new Uint8Array(copy) },
};

/** Reads a weights manifest. @throws NetError for anything else, or kinds of values that TensorFlow.js has not for layers */
export function readManifest(json: Json | undefined): WeightGroup[] {
  if (!Array.isArray(json)) throw new NetError('The net’s model.json holds no weights (weightsManifest)');
  checkCount(json.length);
  const groups = json.map((group): WeightGroup => {
    const [paths, weights] = isObject(group) ? [own(group, 'paths'), own(group, 'weights')] : [];
    if (!Array.isArray(paths) || !paths.every((each) => typeof each === 'string') || !Array.isArray(weights))
      throw new NetError('A group of the weightsManifest does not tell its paths and weights');
    checkCount(Math.max(paths.length, weights.length));
    return { locations: paths, weights: weights.map(packedWeight) };
  });
  checkCount(groups.reduce((sum, { weights }) => sum + weights.length, 0));
  return groups;
}

function packedWeight(entry: Json): PackedWeight {
  if (!isObject(entry)) throw new NetError('The weightsManifest lists what is no weight');
  const name = ownText(entry, 'name') ?? '';
  const shape = own(entry, 'shape');
  if (!isShape(shape)) throw new NetError(`The weight "${name}" has no shape`);
  const quantization = own(entry, 'quantization');
  const packing = isObject(quantization) ? quantization : undefined;
  const dtype = ownText(packing ?? entry, 'dtype') ?? '';
  const kept = Object.hasOwn(KEPT, dtype) ? KEPT[dtype] : undefined;
  if (!kept)
    throw new NetError(`The weight "${name}" holds values of the kind "${dtype}", which can't be read`);
  const { scale, min } = scaleOf(packing, dtype, name);
  return {
    name,
    shape,
    dtype,
    bytes: shape.reduce((product, length) => product * length, kept.size),
    read: (bytes) => {
      // A copy, for bytes may lie where no 32-bit value may begin.
      const values = kept.numbers(new Uint8Array(bytes).buffer);
      return Float32Array.from(values, (value) => value * scale + min);
    },
  };
}

function isShape(shape: Json | undefined): shape is number[] {
  const isLength = (each: Json) => typeof each === 'number' && Number.isSafeInteger(each) && each >= 0;
  return Array.isArray(shape) && shape.length <= MOST_DIMENSIONS && shape.every(isLength);
}

/** What quantized whole numbers stand for: value × scale + min. */
function scaleOf(
  packing: JsonObject | undefined,
  dtype: string,
  name: string,
): { scale: number; min: number } {
  if (!packing || dtype === 'float16') return { scale: 1, min: 0 };
  const [scale, min] = [own(packing, 'scale'), own(packing, 'min')];
  if (typeof scale === 'number' && typeof min === 'number') return { scale, min };
  throw new NetError(`The weight "${name}" is quantized, and does not tell by which scale`);
}
