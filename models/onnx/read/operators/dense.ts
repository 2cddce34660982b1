import { layers } from '@tensorflow/tfjs-layers';
import type { WeightValues } from '../../../keras/layers/plan';
import { MatMul } from '../../../nets/mat-mul';
import { first, valueAt } from '../../../present';
import { axisWithin, type Call, constantInput, liveInput, made, type Translate, weightsOf } from '../call';
import { transposed } from '../folds/fold';
import { Live } from '../live';

/** Which of ONNX's values stands at each place of a flattened tensor; undefined where all stand at their own. */
function orderOf(x: Live): Int32Array | undefined {
  const atoms = x.axes[1]!.filter((axis) => x.lengthOf(axis) !== 1);
  const natural = [...atoms].sort((a, b) => a - b);
  if (atoms.every((axis, i) => axis === natural[i])) return undefined;
  const stepOf = new Map<number, number>();
  atoms.reduceRight((step, axis) => {
    stepOf.set(axis, step);
    return step * x.lengthOf(axis);
  }, 1);
  const order = new Int32Array(x.shape[1]!);
  const at = natural.map(() => 0);
  for (let i = 0; i < order.length; i++) {
    order[i] = at.reduce((sum, place, k) => sum + place * valueAt(stepOf, natural[k]!), 0);
    for (let k = natural.length - 1; k >= 0 && ++at[k]! === x.lengthOf(natural[k]!); k--) at[k] = 0;
  }
  return order;
}

/** A kernel (in, out) whose rows are in another order. */
function inOrder({ shape, values }: WeightValues, order: Int32Array): WeightValues {
  const units = shape[1]!;
  const moved = new Float32Array(values.length);
  order.forEach((from, row) => {
    moved.set(values.subarray(from * units, (from + 1) * units), row * units);
  });
  return { shape, values: moved };
}

/** A dense layer over the last axis. What was flattened keeps the order in which it lies; the kernel's rows follow. */
function dense(call: Call, x: Live, kernel: WeightValues, bias: WeightValues | undefined): Live {
  const { node, unique } = call;
  const last = axisWithin(node, x, -1);
  const [length, units] = kernel.shape as [number, number];
  if (kernel.shape.length !== 2 || length !== x.shape.at(-1) || (bias && bias.values.length !== units))
    throw node.refused(`has weights of ${kernel.shape.join('×')} for inputs of ${x.shape.join('×')}`);
  const useBias = bias !== undefined;
  const layer = (name: string) =>
    layers.dense({ name, units, useBias, kernelInitializer: 'zeros', biasInitializer: 'zeros' });
  const weights = (from: WeightValues) => (bias ? [from, { shape: [units], values: bias.values }] : [from]);
  const order = x.rank === 2 && x.shape[0] === 1 ? orderOf(x) : undefined;
  if (!order) {
    const { tensor, wrap } = x.lastly(last, unique);
    return wrap(made(call, layer, weights(kernel))([tensor]));
  }
  const flat = made({ ...call, name: `${call.name}_flat` }, (name) => layers.flatten({ name }))([x.tensor]);
  return Live.plain(made(call, layer, weights(inOrder(kernel, order)))([flat]));
}

/** A matrix that stands first works on the last axis but one: as a dense layer does, the two swapped. */
function before(call: Call, x: Live): Live {
  const matrix = call.inputs[2] === undefined ? constantInput(call, 0) : undefined;
  if (x.rank < 2 || matrix?.shape.length !== 2)
    throw call.node.refused('works on what is no matrix an image');
  const swapped = (axes: Live['axes']) => [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  const turned = new Live(x.tensor, swapped(x.axes));
  const product = dense(call, turned, weightsOf(call, transposed(matrix, [1, 0])), undefined);
  return new Live(product.tensor, swapped(product.axes));
}

/** Matrices of one tensor times those of another, as attention has them: all axes before a matrix's two are the same in both. */
function product(call: Call): Live {
  const { node, unique } = call;
  const [a, b] = [liveInput(call), liveInput(call, 1)];
  const [rows, inside] = [a.rank - 2, a.rank - 1];
  const fits =
    a.rank === b.rank &&
    a.rank >= 2 &&
    a.shape.every((length, axis) => axis >= rows || length === b.shape[axis]) &&
    a.shape[inside] === b.shape[rows];
  if (!fits) throw node.refused(`multiplies ${a.shape.join('×')} and ${b.shape.join('×')}`);
  for (const [x, axis] of [
    [a, inside],
    [b, rows],
  ] as const)
    if (x.isOfImages(axis)) throw node.refused('runs over the images');
  const order = [...a.inner.filter((axis) => axis < rows), rows, inside];
  const laid = a.laid(order, unique);
  return laid.wrap(made(call, (name) => new MatMul({ name }))([laid.tensor, b.laid(order, unique).tensor]));
}

/** @returns undefined for zeros, or a factor of zero */
function biasOf(call: Call, factor: number): WeightValues | undefined {
  if (call.inputs[2] === undefined || factor === 0) return undefined;
  const bias = weightsOf(call, constantInput(call, 2));
  return factor === 1 ? bias : { ...bias, values: bias.values.map((value) => value * factor) };
}

export const denseOperators: Readonly<Record<string, Translate>> = {
  Gemm(call) {
    const { node } = call;
    const x = liveInput(call);
    if (x.rank !== 2 || node.int('transA', 0) !== 0) throw node.refused('works on what is no matrix');
    const given = constantInput(call, 1);
    const kernel = given && node.int('transB', 0) !== 0 ? transposed(given, [1, 0]) : given;
    const alpha = node.float('alpha', 1);
    const weights = weightsOf(call, kernel);
    const scaled =
      alpha === 1 ? weights : { ...weights, values: weights.values.map((value) => value * alpha) };
    const bias = biasOf(call, node.float('beta', 1));
    const units = scaled.shape[1]!;
    const all =
      bias?.values.length === 1
        ? { shape: [units], values: new Float32Array(units).fill(first(bias.values)) }
        : bias;
    return dense(call, x, scaled, all);
  },
  /** With a bias where the pattern was seen (see patterns.ts). */
  MatMul(call) {
    if (call.inputs[0] instanceof Live && call.inputs[1] instanceof Live) return product(call);
    if (call.inputs[1] instanceof Live) return before(call, liveInput(call, 1));
    return dense(call, liveInput(call), weightsOf(call, constantInput(call, 1)), biasOf(call, 1));
  },
};
