import { isObject, type Json, type JsonObject, own } from './json';

/** A function of tensors as a layer that does the same: one of Keras's, or one of layers/operations.ts, whose names no class can have. */
export interface FunctionLayer {
  readonly className: string;
  readonly config: JsonObject;
}

type Options = Readonly<Record<string, Json | undefined>>;
type Reader = (options: Options) => FunctionLayer | undefined;

/** A function by the options that it may have. */
interface Known {
  readonly options: readonly string[];
  readonly read: Reader;
  /** Whether it takes a list of tensors. */
  readonly ofSeveral?: boolean;
}

/** @param config options of the layer */
export const functionLayer = (className: string, config: JsonObject = {}): FunctionLayer => ({
  className,
  config,
});
const activation = (name: string): Known => ({
  options: ['axis'],
  read: ({ axis }) => {
    if (axis === undefined || axis === -1) return functionLayer('Activation', { activation: name });
    return name === 'softmax' ? functionLayer('Softmax', { axis }) : undefined;
  },
});
const always = (className: string, config?: JsonObject): Known => ({
  options: [],
  read: () => functionLayer(className, config),
});
const power = (exponent: number) => always('ops.power', { exponent });

/** The same function for several names. */
function named(names: string, known: Known): [string, Known][] {
  return names.split(' ').map((name) => [name, known]);
}

/**
 * Functions of one tensor, or of a list of them, by the names that Keras 2 writes for TensorFlow's (`math.exp`) and Keras 3 for its
 * own operations (`Exp`).
 */
const FUNCTIONS: ReadonlyMap<string, Known> = new Map([
  ...[
    'relu',
    'relu6',
    'elu',
    'selu',
    'softmax',
    'log_softmax',
    'softplus',
    'softsign',
    'silu',
    'sigmoid',
    'tanh',
  ].flatMap((name) => named(`nn.${name} math.${name}`, activation(name))),
  ...(
    [
      ['Relu', 'relu'],
      ['Relu6', 'relu6'],
      ['Selu', 'selu'],
      ['Softmax', 'softmax'],
      ['LogSoftmax', 'log_softmax'],
      ['Softplus', 'softplus'],
      ['Softsign', 'softsign'],
      ['Silu', 'silu'],
      ['HardSigmoid', 'hard_sigmoid'],
      ['HardSilu', 'hard_silu'],
      ['HardTanh', 'hard_tanh'],
      ['LogSigmoid', 'log_sigmoid'],
      ['Sigmoid', 'sigmoid'],
      ['SparsePlus', 'sparse_plus'],
      ['SparseSigmoid', 'sparse_sigmoid'],
      ['Tanh', 'tanh'],
      ['TanhShrink', 'tanh_shrink'],
    ] as const
  ).flatMap(([name, same]) => named(name, activation(same))),
  // With other numbers than these they are others.
  ...named('Celu', ifOnly('alpha', 1, 'celu')),
  ...named('Squareplus', ifOnly('b', 4, 'squareplus')),
  ...named('SoftShrink', ifOnly('threshold', 0.5, 'soft_shrink')),
  ...named('cast Cast', { options: ['dtype'], read: ({ dtype }) => castTo(dtype) }),
  // TensorFlow's and keras.ops' slope is 0.2 where none is told; the layer's is another.
  ...named('nn.leaky_relu', {
    options: ['alpha'],
    read: ({ alpha }) => functionLayer('LeakyReLU', { alpha: alpha ?? 0.2 }),
  }),
  ...named('LeakyRelu', {
    options: ['negative_slope'],
    read: ({ negative_slope: slope }) => functionLayer('LeakyReLU', { alpha: slope ?? 0.2 }),
  }),
  ...named('Elu', { options: ['alpha'], read: ({ alpha }) => functionLayer('ELU', { alpha: alpha ?? 1 }) }),
  ...named('nn.gelu', gelu(false)),
  // keras.ops approximates where it is not told otherwise.
  ...named('Gelu', gelu(true)),
  ...named('math.negative Negative', always('Rescaling', { scale: -1, offset: 0 })),
  ...named('identity stop_gradient StopGradient', always('Identity')),
  ...named('math.abs Abs Absolute', always('ops.abs')),
  ...named('math.exp Exp', always('ops.exp')),
  ...named('math.log Log', always('ops.log')),
  ...named('math.square Square', power(2)),
  ...named('math.sqrt Sqrt', power(0.5)),
  ...named('math.rsqrt Rsqrt', power(-0.5)),
  ...named('math.reciprocal Reciprocal', power(-1)),
  ...named('clip_by_value', {
    options: ['clip_value_min', 'clip_value_max'],
    read: ({ clip_value_min: lowest, clip_value_max: highest }) => clip(lowest, highest),
  }),
  ...named('Clip', {
    options: ['x_min', 'x_max'],
    read: ({ x_min: lowest, x_max: highest }) => clip(lowest, highest),
  }),
  ...named('math.reduce_mean Mean', reduce('ops.mean')),
  ...named('math.reduce_max Max Amax', reduce('ops.max')),
  ...named('math.reduce_min Min Amin', reduce('ops.min')),
  ...named('math.reduce_sum Sum', reduce('ops.sum')),
  ...named('math.l2_normalize', { options: ['axis'], read: ({ axis }) => unit(axis) }),
  ...named('Normalize', {
    options: ['axis', 'order'],
    read: ({ axis, order }) => (order === 2 ? unit(axis) : undefined),
  }),
  ...named('squeeze compat.v1.squeeze Squeeze', {
    options: ['axis'],
    read: ({ axis }) => (axis === undefined ? undefined : functionLayer('ops.squeeze', { axis })),
  }),
  ...named('reshape', { options: ['shape'], read: ({ shape }) => reshape(shape) }),
  ...named('Reshape', { options: ['newshape'], read: ({ newshape }) => reshape(newshape) }),
  ...named('compat.v1.transpose transpose', {
    options: ['perm', 'conjugate'],
    read: ({ perm, conjugate }) => (conjugate ? undefined : permute(perm)),
  }),
  ...named('Transpose', { options: ['axes'], read: ({ axes }) => permute(axes) }),
  ...named('compat.v1.pad pad', {
    options: ['paddings', 'mode', 'constant_values'],
    read: ({ paddings, mode, constant_values: value }) => pad(paddings, mode, value),
  }),
  ...named('Pad', {
    options: ['pad_width', 'mode', 'constant_values'],
    read: ({ pad_width: paddings, mode, constant_values: value }) => pad(paddings, mode, value),
  }),
  ...named('image.resize', {
    options: ['size', 'method'],
    read: ({ size, method }) => resize(size, method),
  }),
  ...named('Resize', {
    options: [
      'size',
      'interpolation',
      'antialias',
      'data_format',
      'crop_to_aspect_ratio',
      'pad_to_aspect_ratio',
      'fill_mode',
      'fill_value',
    ],
    read: ({ size, interpolation, antialias, data_format, crop_to_aspect_ratio, pad_to_aspect_ratio }) =>
      antialias || crop_to_aspect_ratio || pad_to_aspect_ratio || data_format === 'channels_first'
        ? undefined
        : resize(size, interpolation),
  }),
  ...named('concat Concatenate', {
    options: ['axis'],
    read: ({ axis }) =>
      axis === 0 || axis === undefined ? undefined : functionLayer('Concatenate', { axis }),
    ofSeveral: true,
  }),
  ...named('math.add_n', { ...always('Add', { of_one_rank: true }), ofSeveral: true }),
]);

/** What says nothing of the answers. */
const NEUTRAL = ['name', 'trainable', 'dtype', 'function'];

/**
 * Reads a function of tensors.
 * @param count how many tensors it takes; undefined where it takes them as a list
 * @param options what it was called or configured with
 * @returns undefined for what is none of these, or has other options
 */
export function functionOf(name: string, isList: boolean, options: JsonObject): FunctionLayer | undefined {
  const known = FUNCTIONS.get(name);
  if (!known || (known.ofSeveral ?? false) !== isList) return undefined;
  const given: Record<string, Json | undefined> = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === null) continue;
    if (known.options.includes(key)) given[key] = value;
    else if (!NEUTRAL.includes(key)) return undefined;
  }
  return known.read(given);
}

/** Whether a class that is configured so may be a function. */
export function isFunctionOf(name: string, config: JsonObject): boolean {
  const known = FUNCTIONS.get(name);
  return (
    known !== undefined &&
    Object.entries(config).every(
      ([key, value]) => key === 'name' || value === null || known.options.includes(key),
    )
  );
}

function ifOnly(option: string, number: number, name: string): Known {
  return {
    options: [option],
    read: (options) =>
      (options[option] ?? number) === number ? functionLayer('Activation', { activation: name }) : undefined,
  };
}

/** Numbers are floats here whatever they are called. */
function castTo(dtype: Json | undefined): FunctionLayer | undefined {
  const isFloat = ['float32', 'float16', 'bfloat16', 'float64'].includes(String(dtype));
  return isFloat ? functionLayer('Identity') : undefined;
}

function gelu(byDefault: boolean): Known {
  return {
    options: ['approximate'],
    read: ({ approximate }) =>
      (approximate ?? byDefault)
        ? functionLayer('ops.gelu')
        : functionLayer('Activation', { activation: 'gelu' }),
  };
}

/** Between two numbers, or on one side of one. */
export function clip(lowest: Json | undefined, highest: Json | undefined): FunctionLayer | undefined {
  const isEnd = (end: Json | undefined) => end === undefined || typeof end === 'number';
  const isAny = lowest !== undefined || highest !== undefined;
  if (!isAny || !isEnd(lowest) || !isEnd(highest)) return undefined;
  if (typeof lowest === 'number' && typeof highest === 'number' && lowest > highest) return undefined;
  return functionLayer('ops.clip', { lowest: lowest ?? null, highest: highest ?? null });
}

function reduce(className: string): Known {
  return {
    options: ['axis', 'keepdims'],
    read: ({ axis, keepdims }) => {
      const axes = [axis].flat();
      // Over all axes is over all images, too.
      if (!axes.every((each) => Number.isInteger(each) && each !== 0)) return undefined;
      return functionLayer(className, { axis: axes as number[], keepdims: keepdims ?? false });
    },
  };
}

function unit(axis: Json | undefined): FunctionLayer | undefined {
  return axis === undefined ? undefined : functionLayer('UnitNormalization', { axis });
}

/** The first length is that of the batch. */
function reshape(shape: Json | undefined): FunctionLayer | undefined {
  if (!Array.isArray(shape) || (shape[0] !== -1 && shape[0] !== null)) return undefined;
  const sides = shape.slice(1);
  return sides.length > 0 && sides.every((each) => Number.isInteger(each) && Number(each) > 0)
    ? functionLayer('Reshape', { target_shape: sides })
    : undefined;
}

function permute(axes: Json | undefined): FunctionLayer | undefined {
  return Array.isArray(axes) && axes[0] === 0 && axes.length > 1
    ? functionLayer('Permute', { dims: axes.slice(1) })
    : undefined;
}

/** Zeros around rows and columns. */
function pad(
  paddings: Json | undefined,
  mode: Json | undefined,
  value: Json | undefined,
): FunctionLayer | undefined {
  if (String(mode ?? 'constant').toLowerCase() !== 'constant' || (value ?? 0) !== 0) return undefined;
  if (!Array.isArray(paddings) || paddings.length !== 4) return undefined;
  const isNone = (side: Json | undefined) => JSON.stringify(side) === '[0,0]';
  return isNone(paddings[0]) && isNone(paddings[3])
    ? functionLayer('ZeroPadding2D', { padding: paddings.slice(1, 3) })
    : undefined;
}

function resize(size: Json | undefined, interpolation: Json | undefined): FunctionLayer | undefined {
  if (!Array.isArray(size) || size.length !== 2) return undefined;
  const [height, width] = size as [Json, Json];
  return functionLayer('Resizing', { height, width, interpolation: interpolation ?? 'bilinear' });
}

/** An array as Keras 3 keeps it: what it holds. */
export function heldIn(value: Json): Json {
  const config = isObject(value) ? own(value, 'config') : undefined;
  return isObject(config) ? (own(config, 'value') ?? value) : value;
}
