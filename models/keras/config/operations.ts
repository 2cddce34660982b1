import { foreignClass } from './foreign';
import { KERAS_TENSOR, refOf } from './inbound';
import { isObject, type Json, type JsonObject, own, ownText } from './json';
import type { TensorRef } from './spec';

/** An operation on tensors as a layer of Keras that does the same. */
export interface Operation {
  readonly className: string;
  readonly config: JsonObject;
  readonly calls: TensorRef[][];
}

type Operand = TensorRef | number;

const ARITHMETIC = new Map([
  ...['__operators__.add', 'math.add', 'Add'].map((name) => [name, '+'] as const),
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
    ['Sigmoid', 'sigmoid'],
    ['Tanh', 'tanh'],
  ] as const),
]);

/**
 * Reads plain arithmetic and activations on tensors, as Keras 2 (TFOpLambda) and Keras 3 (keras.ops) write them.
 * @returns undefined for what is no operation, or one that has no such layer
 * @throws NetError for connections as no Keras writes them
 */
export function readOperation(entry: JsonObject, where: string): Operation | undefined {
  const config = own(entry, 'config');
  const nodes = own(entry, 'inbound_nodes');
  if (!isObject(config) || !Array.isArray(nodes) || nodes.length !== 1) return undefined;
  const isLambda = ownText(entry, 'class_name') === 'TFOpLambda' && foreignClass(entry) === undefined;
  const isOp = /^keras(\.src)?\.ops\.(numpy|nn)$/.test(ownText(entry, 'module') ?? '');
  if (!isLambda && !isOp && !isOpOfH5(entry, nodes[0]!)) return undefined;
  const name = (isLambda ? ownText(config, 'function') : ownText(entry, 'class_name')) ?? '';
  const operands = isLambda ? operandsOfKeras2(nodes[0]!, where) : operandsOfKeras3(nodes[0]!, where);
  const axis = own(config, 'axis') ?? -1;
  if (!operands || axis !== -1) return undefined;
  const base = {
    name: ownText(config, 'name') ?? ownText(entry, 'name') ?? name,
    dtype: own(config, 'dtype') ?? null,
  };
  const sign = ARITHMETIC.get(name);
  if (sign) return arithmetic(base, sign, operands);
  const activation = FUNCTIONS.get(name);
  const [x, ...others] = operands;
  if (activation === undefined || others.length > 0 || typeof x !== 'object') return undefined;
  return { className: 'Activation', config: { ...base, activation }, calls: [[x]] };
}

/** Keras 3 writes no module into .h5; operations take their tensors apart, where layers that merge take a list. */
function isOpOfH5(entry: JsonObject, node: Json): boolean {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const unnamed = own(entry, 'module') === undefined && own(entry, 'registered_name') === undefined;
  return unnamed && Array.isArray(args) && args.length === 2 && !Array.isArray(args[0]);
}

function arithmetic(base: JsonObject, sign: string, [a, b, ...others]: Operand[]): Operation | undefined {
  if (a === undefined || b === undefined || others.length > 0) return undefined;
  const scaled = (x: TensorRef, scale: number, offset: number): Operation => ({
    className: 'Rescaling',
    config: { ...base, scale, offset },
    calls: [[x]],
  });
  if (typeof a === 'object' && typeof b === 'object') {
    const className = MERGES[sign];
    return className ? { className, config: { ...base, of_one_rank: true }, calls: [[a, b]] } : undefined;
  }
  if (typeof a === 'object' && typeof b === 'number') {
    if (sign === '*') return scaled(a, b, 0);
    if (sign === '/') return b === 0 ? undefined : scaled(a, 1 / b, 0);
    return scaled(a, 1, sign === '+' ? b : -b);
  }
  if (typeof a !== 'number' || typeof b !== 'object' || sign === '/') return undefined;
  if (sign === '*') return scaled(b, a, 0);
  return scaled(b, sign === '+' ? 1 : -1, a);
}

/** [[layer, call, output, { y }]]; a number in place of the first: ['_CONSTANT_VALUE', -1, number, { y }]. */
function operandsOfKeras2(node: Json, where: string): Operand[] | undefined {
  const first = Array.isArray(node) && Array.isArray(node[0]) && node.length === 1 ? node[0] : node;
  if (!Array.isArray(first)) return undefined;
  const [layer, call, value, named] = first;
  const a = layer === '_CONSTANT_VALUE' ? value : refOf([layer, call, value] as Json, where);
  const { y, name, ...others } = isObject(named) ? named : ({} as JsonObject);
  if (Object.values(others).some((other) => other !== null) || (name ?? null) !== null) return undefined;
  const b = Array.isArray(y) ? refOf(y, where) : y;
  return allOperands(b === undefined || b === null ? [a] : [a, b]);
}

function operandsOfKeras3(node: Json, where: string): Operand[] | undefined {
  const args = isObject(node) ? own(node, 'args') : undefined;
  const kwargs = isObject(node) ? own(node, 'kwargs') : undefined;
  if (!Array.isArray(args) || (isObject(kwargs) && Object.keys(kwargs).length > 0)) return undefined;
  return allOperands(
    args.map((arg) => {
      if (!isObject(arg) || own(arg, 'class_name') !== KERAS_TENSOR) return arg;
      const config = own(arg, 'config');
      return refOf(isObject(config) ? own(config, 'keras_history') : undefined, where);
    }),
  );
}

function allOperands(values: unknown[]): Operand[] | undefined {
  const isOperand = (value: unknown): value is Operand =>
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'object' && value !== null && typeof (value as TensorRef).layer === 'string');
  return values.every(isOperand) ? values : undefined;
}
