import { foreignClass } from './foreign';
import { KERAS_TENSOR, refOf } from './inbound';
import { isObject, type Json, type JsonObject, own, ownText } from './json';
import { picksOf } from './picks';
import type { TensorRef } from './spec';

/** An operation on tensors as a layer of Keras that does the same. */
export interface Operation {
  readonly className: string;
  readonly config: JsonObject;
  readonly calls: TensorRef[][];
}

/** A tensor, a number, or a number a channel. */
type Operand = TensorRef | number | readonly number[];

const ARITHMETIC = new Map([
  ...['__operators__.add', 'math.add', 'nn.bias_add', 'Add'].map((name) => [name, '+'] as const),
  ...['math.subtract', 'Subtract'].map((name) => [name, '-'] as const),
  ...['math.multiply', 'Multiply'].map((name) => [name, '*'] as const),
  ...['math.truediv', 'math.divide', 'Divide', 'TrueDivide'].map((name) => [name, '/'] as const),
]);
const MERGES: Record<string, string> = { '+': 'Add', '-': 'Subtract', '*': 'Multiply' };

/** Functions of one tensor; what else may be given to them is left at its default. */
const FUNCTIONS = new Map([
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
  ].flatMap((name) => [`nn.${name}`, `math.${name}`].map((written) => [written, name] as const)),
  ...([
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
    ['Sigmoid', 'sigmoid'],
    ['Tanh', 'tanh'],
  ] as const),
]);

const SQUARES = ['math.square', 'Square'];

/** What Keras 2 writes calls of TensorFlow's functions as. */
const LAMBDAS = ['TFOpLambda', 'SlicingOpLambda'];

type Told = { readonly className: string; readonly config: JsonObject };

/** Functions of one tensor that have options, by which they are layers or not. */
const WITH_OPTIONS = new Map<string, (options: JsonObject) => Told | undefined>([
  ['cast', ({ dtype }) => castTo(dtype)],
  ['Cast', ({ dtype }) => castTo(dtype)],
  ['nn.leaky_relu', ({ alpha }) => leaky(alpha)],
  ['LeakyRelu', ({ negative_slope: slope }) => leaky(slope)],
  ['nn.gelu', ({ approximate }) => gelu(approximate ?? false)],
  // keras.ops approximates where it is not told otherwise.
  ['Gelu', ({ approximate }) => gelu(approximate ?? true)],
  ...['math.negative', 'Negative'].map(
    (name) => [name, (): Told => ({ className: 'Rescaling', config: { scale: -1, offset: 0 } })] as const,
  ),
  ['Elu', ({ alpha }) => ({ className: 'ELU', config: { alpha: alpha ?? 1 } })],
]);

/** Numbers are floats here whatever they are called. */
function castTo(dtype: Json | undefined): Told | undefined {
  const isFloat = ['float32', 'float16', 'bfloat16', 'float64'].includes(String(dtype));
  return isFloat ? { className: 'Identity', config: {} } : undefined;
}

/** TensorFlow's and keras.ops' slope is 0.2 where none is told; the layer's is another. */
function leaky(slope: Json | undefined): Told {
  return { className: 'LeakyReLU', config: { alpha: slope ?? 0.2 } };
}

function gelu(approximate: Json): Told | undefined {
  return approximate === false ? { className: 'Activation', config: { activation: 'gelu' } } : undefined;
}

/**
 * Reads plain arithmetic and activations on tensors, as Keras 2 (TFOpLambda) and Keras 3 (keras.ops) write them.
 * @returns undefined for what is no operation, or one that has no such layer
 * @throws NetError for connections as no Keras writes them
 */
export function readOperation(entry: JsonObject, where: string): Operation | undefined {
  const config = own(entry, 'config');
  const nodes = own(entry, 'inbound_nodes');
  if (!isObject(config) || !Array.isArray(nodes) || nodes.length !== 1) return undefined;
  const isLambda = LAMBDAS.includes(ownText(entry, 'class_name') ?? '') && foreignClass(entry) === undefined;
  const isOp = /^keras(\.src)?\.ops\.(numpy|nn|core)$/.test(ownText(entry, 'module') ?? '');
  if (!isLambda && !isOp && !isOpOfH5(entry, nodes[0]!)) return undefined;
  const name = (isLambda ? ownText(config, 'function') : ownText(entry, 'class_name')) ?? '';
  const base = {
    name: ownText(config, 'name') ?? ownText(entry, 'name') ?? name,
    dtype: own(config, 'dtype') ?? null,
  };
  const rearranged = rearranging(base, name, { config, node: nodes[0]!, isLambda }, where);
  if (rearranged) return rearranged;
  const operands = isLambda ? operandsOfKeras2(nodes[0]!, name, where) : operandsOfKeras3(nodes[0]!, where);
  const axis = own(config, 'axis') ?? -1;
  if (!operands || axis !== -1) return undefined;
  const sign = ARITHMETIC.get(name);
  if (sign) return arithmetic(base, sign, operands);
  const activation = FUNCTIONS.get(name);
  const [x, ...others] = operands;
  if (others.length > 0 || !isTensor(x)) return undefined;
  if (SQUARES.includes(name)) return arithmetic(base, '*', [x, x]);
  const options = isLambda ? namedIn(nodes[0]!) : config;
  const told = WITH_OPTIONS.get(name)?.(options);
  if (told) return { className: told.className, config: { ...base, ...told.config }, calls: [[x]] };
  if (activation === undefined) return undefined;
  return { className: 'Activation', config: { ...base, activation }, calls: [[x]] };
}

/**
 * Keras 3 writes no module into .h5; operations take their tensors apart, where layers that merge take a list. What turns or stacks tensors
 * has no options of a layer.
 */
function isOpOfH5(entry: JsonObject, node: Json): boolean {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const unnamed = own(entry, 'module') === undefined && own(entry, 'registered_name') === undefined;
  if (!unnamed || !Array.isArray(args)) return false;
  const config = own(entry, 'config');
  const isBare = isObject(config) && own(config, 'trainable') === undefined;
  const isOne = ['Flip', 'Stack'].includes(ownText(entry, 'class_name') ?? '');
  return isOne ? isBare && args.length === 1 : args.length === 2 && !Array.isArray(args[0]);
}

/** What takes some of a tensor, turns it round, or stacks several on a new axis. */
function rearranging(
  base: JsonObject,
  name: string,
  {
    config,
    node,
    isLambda,
  }: { readonly config: JsonObject; readonly node: Json; readonly isLambda: boolean },
  where: string,
): Operation | undefined {
  const { tensors, index, options } = isLambda ? calledInKeras2(node) : calledInKeras3(node, config);
  const isStack = name === 'stack' || name === 'Stack';
  const picks = picksOf(name, options, index);
  if (!tensors || !(isStack || (picks && tensors.length === 1))) return undefined;
  const calls = [tensors.map((tensor) => refOf(tensor, where))];
  return isStack
    ? { className: 'Stack', config: { ...base, axis: own(options, 'axis') ?? 0 }, calls }
    : { className: 'GetItem', config: { ...base, picks: picks as unknown as Json }, calls };
}

/** How an operation was called: on which tensors ([layer, call, output]), and with what besides. */
interface Called {
  readonly tensors: Json[] | undefined;
  readonly index?: Json | undefined;
  readonly options: JsonObject;
}

function calledInKeras2(node: Json): Called {
  const refs = Array.isArray(node) && Array.isArray(node[0]) ? node : [node];
  const areTensors = refs.every((ref) => Array.isArray(ref) && ref[0] !== '_CONSTANT_VALUE');
  return {
    tensors: areTensors ? refs.map((ref) => (ref as Json[]).slice(0, 3)) : undefined,
    options: namedIn(node),
  };
}

function calledInKeras3(node: Json, options: JsonObject): Called {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const kwargs = isObject(node) ? own(node, 'kwargs') : undefined;
  const isPlain =
    Array.isArray(args) && args.length <= 2 && !(isObject(kwargs) && Object.keys(kwargs).length > 0);
  if (!isPlain) return { tensors: undefined, options };
  const [first, index] = args;
  const tensors = (Array.isArray(first) ? first : [first]).map((each) => (each ? tensorIn(each) : undefined));
  const isWhole = (each: Json | undefined): each is Json => each !== undefined;
  return { tensors: tensors.every(isWhole) ? tensors : undefined, index: index && arrayOf(index), options };
}

/** Where a tensor among the arguments of a call of Keras 3 is from. */
function tensorIn(arg: Json): Json | undefined {
  if (!isObject(arg) || own(arg, 'class_name') !== KERAS_TENSOR) return undefined;
  const config = own(arg, 'config');
  return isObject(config) ? own(config, 'keras_history') : undefined;
}

function arithmetic(base: JsonObject, sign: string, [a, b, ...others]: Operand[]): Operation | undefined {
  if (a === undefined || b === undefined || others.length > 0) return undefined;
  const scaled = (x: TensorRef, scale: Constant, offset: Constant): Operation => ({
    className: 'Rescaling',
    config: { ...base, scale: asJson(scale), offset: asJson(offset) },
    calls: [[x]],
  });
  if (isTensor(a) && isTensor(b)) {
    const className = MERGES[sign];
    return className ? { className, config: { ...base, of_one_rank: true }, calls: [[a, b]] } : undefined;
  }
  if (isTensor(a) && !isTensor(b)) {
    if (sign === '*') return scaled(a, b, 0);
    if (sign === '/')
      return [b].flat().includes(0)
        ? undefined
        : scaled(
            a,
            each(b, (value) => 1 / value),
            0,
          );
    return scaled(a, 1, sign === '+' ? b : each(b, (value) => -value));
  }
  if (isTensor(a) || !isTensor(b) || sign === '/') return undefined;
  if (sign === '*') return scaled(b, a, 0);
  return scaled(b, sign === '+' ? 1 : -1, a);
}

type Constant = Exclude<Operand, TensorRef>;

function isTensor(operand: Operand | undefined): operand is TensorRef {
  return typeof operand === 'object' && 'layer' in operand;
}

function each(constant: Constant, change: (value: number) => number): Constant {
  return typeof constant === 'number' ? change(constant) : constant.map(change);
}

function asJson(constant: Constant): Json {
  return typeof constant === 'number' ? constant : [...constant];
}

/**
 * [[layer, call, output, { y }]]; a constant in place of the first: ['_CONSTANT_VALUE', -1, number, { y }]. `nn.bias_add` has its second as
 * `bias`.
 */
function operandsOfKeras2(node: Json, operation: string, where: string): Operand[] | undefined {
  const first = Array.isArray(node) && Array.isArray(node[0]) && node.length === 1 ? node[0] : node;
  if (!Array.isArray(first)) return undefined;
  const [layer, call, value, named] = first;
  const a = layer === '_CONSTANT_VALUE' ? value : refOf([layer, call, value] as Json, where);
  const given = isObject(named) ? named : ({} as JsonObject);
  const { y, name, ...others } = operation === 'nn.bias_add' ? biasAsY(given) : given;
  for (const option of WITH_OPTIONS.has(operation) ? OPTIONS : []) others[option] = null;
  if (Object.values(others).some((other) => other !== null) || (name ?? null) !== null) return undefined;
  const told = unwrapped(y);
  const b = Array.isArray(told) && !areNumbers(told) ? refOf(told, where) : told;
  return allOperands(b === undefined || b === null ? [a] : [unwrapped(a), b]);
}

/** Options that functions of one tensor have. */
const OPTIONS = ['dtype', 'alpha', 'approximate'];

/** What a call of TensorFlow's was given by name. */
function namedIn(node: Json): JsonObject {
  const first = Array.isArray(node) && Array.isArray(node[0]) ? node[0] : node;
  const named = Array.isArray(first) ? first[3] : undefined;
  return isObject(named) ? named : {};
}

function biasAsY({ bias, data_format: format, ...others }: JsonObject): JsonObject {
  return {
    ...others,
    ...(bias !== undefined && { y: bias }),
    format: format === 'NHWC' ? null : (format ?? null),
  };
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => Number.isFinite(item));
}

/** A number a channel, whatever axes of length 1 are before it. */
function unwrapped<T>(value: T | Json): T | Json {
  let inner = value;
  while (Array.isArray(inner) && inner.length === 1 && Array.isArray(inner[0])) inner = inner[0];
  return inner;
}

/** An array as Keras 3 keeps it: a list, or one that is told to be of NumPy. */
function arrayOf(value: Json): Json {
  const isKept = isObject(value) && ['__numpy__', '__tensor__'].includes(ownText(value, 'class_name') ?? '');
  const config = isKept ? own(value, 'config') : undefined;
  return unwrapped(isObject(config) ? (own(config, 'value') ?? value) : value);
}

function operandsOfKeras3(node: Json, where: string): Operand[] | undefined {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const kwargs = isObject(node) ? own(node, 'kwargs') : undefined;
  if (!Array.isArray(args) || (isObject(kwargs) && Object.keys(kwargs).length > 0)) return undefined;
  return allOperands(
    args.map((arg) => {
      if (!isObject(arg) || own(arg, 'class_name') !== KERAS_TENSOR) return arrayOf(arg);
      const config = own(arg, 'config');
      return refOf(isObject(config) ? own(config, 'keras_history') : undefined, where);
    }),
  );
}

function allOperands(values: unknown[]): Operand[] | undefined {
  const isOperand = (value: unknown): value is Operand =>
    (typeof value === 'number' && Number.isFinite(value)) ||
    areNumbers(value) ||
    (typeof value === 'object' && value !== null && typeof (value as TensorRef).layer === 'string');
  return values.every(isOperand) ? values : undefined;
}
