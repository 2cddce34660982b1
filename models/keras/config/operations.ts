import { foreignClass } from './foreign';
import { clip, type FunctionLayer, functionLayer, functionOf, heldIn, isFunctionOf } from './functions';
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
  ...['math.pow', 'Power'].map((name) => [name, '**'] as const),
  ...['math.maximum', 'Maximum'].map((name) => [name, 'highest'] as const),
  ...['math.minimum', 'Minimum'].map((name) => [name, 'lowest'] as const),
]);
const MERGES: Record<string, string> = {
  '+': 'Add',
  '-': 'Subtract',
  '*': 'Multiply',
  '/': 'ops.divide',
  highest: 'Maximum',
  lowest: 'Minimum',
};

/** What Keras 2 writes calls of TensorFlow's functions as. */
const LAMBDAS = ['TFOpLambda', 'SlicingOpLambda'];

/**
 * Reads plain arithmetic and activations on tensors, as Keras 2 (TFOpLambda) and Keras 3 (keras.ops) write them.
 * @returns undefined for what is no operation, or one that has no such layer
 * @throws NetError for connections as no Keras writes them
 */
export function readOperation(entry: JsonObject, where: string): Operation | undefined {
  const config = own(entry, 'config');
  const nodes = own(entry, 'inbound_nodes');
  if (!isObject(config) || !Array.isArray(nodes)) return undefined;
  const [node, ...others] = nodes;
  if (node === undefined || others.length > 0) return undefined;
  const isLambda = LAMBDAS.includes(ownText(entry, 'class_name') ?? '') && foreignClass(entry) === undefined;
  const isOp = /^keras(\.src)?\.ops\.(numpy|nn|core|math|image)$/.test(ownText(entry, 'module') ?? '');
  if (!isLambda && !isOp && !isOpOfH5(entry, node)) return undefined;
  const name = (isLambda ? ownText(config, 'function') : ownText(entry, 'class_name')) ?? '';
  const base = {
    name: ownText(config, 'name') ?? ownText(entry, 'name') ?? name,
    dtype: own(config, 'dtype') ?? null,
  };
  const called = isLambda ? calledInKeras2(node) : calledInKeras3(node, config);
  const read = rearranging(base, name, called, where) ?? applied(base, name, called, where);
  if (read) return read;
  const operands = isLambda ? operandsOfKeras2(node, name, where) : operandsOfKeras3(node, where);
  const sign = ARITHMETIC.get(name);
  return sign && operands ? arithmetic(base, sign, operands) : undefined;
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
  const className = ownText(entry, 'class_name') ?? '';
  const isOne =
    ['ExpandDims', 'Flip', 'Stack'].includes(className) || (isBare && isFunctionOf(className, config));
  return isOne ? isBare && args.length === 1 : args.length === 2 && !Array.isArray(args[0]);
}

/** What takes some of a tensor, turns it round, or stacks several on a new axis. */
function rearranging(
  base: JsonObject,
  name: string,
  { tensors, index, options }: Called,
  where: string,
): Operation | undefined {
  const isStack = name === 'stack' || name === 'Stack';
  const picks = picksOf(name, options, index);
  if (!tensors || !(isStack || (picks && tensors.length === 1))) return undefined;
  const calls = [tensors.map((tensor) => refOf(tensor, where))];
  return isStack
    ? { className: 'Stack', config: { ...base, axis: own(options, 'axis') ?? 0 }, calls }
    : { className: 'GetItem', config: { ...base, picks: picks as unknown as Json }, calls };
}

/** A function of a tensor, or of a list of them. */
function applied(
  base: JsonObject,
  name: string,
  { tensors, isList, index, options }: Called,
  where: string,
): Operation | undefined {
  if (!tensors || index !== undefined) return undefined;
  const made = functionOf(name, isList, options);
  if (!made) return undefined;
  const calls = [tensors.map((tensor) => refOf(tensor, where))];
  return { className: made.className, config: { ...base, ...made.config }, calls };
}

/** How an operation was called: on which tensors ([layer, call, output]), and with what besides. */
interface Called {
  readonly tensors: Json[] | undefined;
  /** Whether the tensors are one argument. */
  readonly isList: boolean;
  readonly index?: Json | undefined;
  readonly options: JsonObject;
}

function calledInKeras2(node: Json): Called {
  const refs = Array.isArray(node) && Array.isArray(node[0]) ? node : [node];
  const areTensors = refs.every((ref) => Array.isArray(ref) && ref[0] !== '_CONSTANT_VALUE');
  return {
    tensors: areTensors ? refs.map((ref) => (ref as Json[]).slice(0, 3)) : undefined,
    isList: refs.length > 1,
    options: namedIn(node),
  };
}

function calledInKeras3(node: Json, options: JsonObject): Called {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const kwargs = isObject(node) ? own(node, 'kwargs') : undefined;
  if (!Array.isArray(args) || args.length > 2 || !isEmpty(kwargs))
    return { tensors: undefined, isList: false, options };
  const [first, index] = args;
  const isList = Array.isArray(first);
  const tensors = (isList ? first : [first]).map((each) => (each ? tensorIn(each) : undefined));
  const isWhole = (each: Json | undefined): each is Json => each !== undefined;
  return {
    tensors: tensors.every(isWhole) ? tensors : undefined,
    isList,
    index: index === undefined ? undefined : arrayOf(index),
    options,
  };
}

/** Whether nothing is given by name. */
function isEmpty(kwargs: Json | undefined): boolean {
  return !isObject(kwargs) || Object.values(kwargs).every((value) => value === null);
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
  const byNumber = (x: TensorRef, number: Constant, read: (number: number) => FunctionLayer | undefined) => {
    const made = typeof number === 'number' ? read(number) : undefined;
    return made && { className: made.className, config: { ...base, ...made.config }, calls: [[x]] };
  };
  if (isTensor(a) && isTensor(b)) {
    const className = MERGES[sign];
    return className ? { className, config: { ...base, of_one_rank: true }, calls: [[a, b]] } : undefined;
  }
  const x = isTensor(a) ? a : (b as TensorRef);
  const constant = (isTensor(a) ? b : a) as Constant;
  if (!isTensor(x)) return undefined;
  const isFirst = isTensor(a);
  switch (sign) {
    case '+':
      return scaled(x, 1, constant);
    case '*':
      return scaled(x, constant, 0);
    case '-':
      return isFirst
        ? scaled(
            x,
            1,
            each(constant, (value) => -value),
          )
        : scaled(x, -1, constant);
    case '/':
      if (!isFirst)
        return byNumber(x, constant, (times) => functionLayer('ops.power', { exponent: -1, times }));
      return [constant].flat().includes(0)
        ? undefined
        : scaled(
            x,
            each(constant, (value) => 1 / value),
            0,
          );
    case '**':
      return isFirst
        ? byNumber(x, constant, (exponent) => functionLayer('ops.power', { exponent }))
        : undefined;
    default:
      return byNumber(x, constant, (end) =>
        sign === 'highest' ? clip(end, undefined) : clip(undefined, end),
      );
  }
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
  if (Object.values(others).some((other) => other !== null) || (name ?? null) !== null) return undefined;
  const made = unwrapped(y);
  const b = Array.isArray(made) && !areNumbers(made) ? refOf(made, where) : made;
  return allOperands(b === undefined || b === null ? [a] : [unwrapped(a), b]);
}

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
  return unwrapped(isKept ? heldIn(value) : value);
}

function operandsOfKeras3(node: Json, where: string): Operand[] | undefined {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const kwargs = isObject(node) ? own(node, 'kwargs') : undefined;
  if (!Array.isArray(args) || !isEmpty(kwargs)) return undefined;
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
