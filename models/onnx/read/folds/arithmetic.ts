import { broadcastShape, needed, sizeOf } from '../axes';
import { type Constant, checkFoldable } from '../constant';
import { MOST_FOLDED } from '../limits';
import { isFloat } from '../types';
import { type Fold, like, placesIn } from './fold';

function elementwise(compute: (a: number, b: number, isWhole: boolean) => number): Fold {
  return (node, [first, second]) => {
    const [a, b] = [needed(node, first), needed(node, second)];
    const shape = broadcastShape(node, a.shape, b.shape);
    const [ofA, ofB] = [spread(a, shape), spread(b, shape)];
    const isWhole = a.isWhole && b.isWhole;
    const values = isWhole ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = compute(ofA(i), ofB(i), isWhole);
    return { shape, isWhole, values };
  };
}

/** The values of a constant as they are in a shape that it is broadcast to. */
function spread({ shape: from, values }: Constant, shape: readonly number[]): (i: number) => number {
  checkFoldable(shape, MOST_FOLDED);
  if (values.length === sizeOf(shape)) return (i) => values[i]!;
  const [only] = values;
  if (values.length === 1 && only !== undefined) return () => only;
  const places = placesIn(shape, from);
  return (i) => values[places[i]!]!;
}

function each(compute: (x: number) => number): Fold {
  return (node, [x]) => {
    const { shape, values, isWhole } = needed(node, x);
    checkFoldable(shape, MOST_FOLDED);
    return like({ isWhole }, shape, Array.from(values, compute));
  };
}

/** Arithmetic on constants. */
export const arithmeticFolds: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b, isWhole) => (isWhole ? Math.trunc(a / b) : a / b)),
  Mod: (node, given, read) => {
    node.only('fmod', [0]);
    return elementwise((a, b) => a - b * Math.floor(a / b))(node, given, read);
  },
  Pow: elementwise((a, b) => a ** b),
  Equal: elementwise((a, b) => Number(a === b)),
  Max: elementwise((a, b) => Math.max(a, b)),
  Min: elementwise((a, b) => Math.min(a, b)),
  Clip: (node, [x, lowest, highest], read) => {
    const low = lowest?.values[0] ?? node.float('min', Number.NEGATIVE_INFINITY);
    const high = highest?.values[0] ?? node.float('max', Number.POSITIVE_INFINITY);
    return each((value) => Math.min(Math.max(value, low), high))(node, [x], read);
  },
  Abs: each(Math.abs),
  Neg: each((x) => -x),
  Not: each((x) => Number(x === 0)),
  Sqrt: each(Math.sqrt),
  Reciprocal: each((x) => 1 / x),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Exp: each(Math.exp),
  Cast: (node, [x]) => {
    const { shape, values } = needed(node, x);
    const to = node.int('to', 1);
    node.attribute('saturate');
    const isWhole = !isFloat(to);
    if (!isWhole && values instanceof Float32Array) return { shape, isWhole, values };
    const cast =
      to === 9 ? (value: number) => Number(value !== 0) : isWhole ? Math.trunc : (value: number) => value;
    return like({ isWhole }, shape, Array.from(values, cast));
  },
  Where: (node, [condition, first, second]) => {
    const [c, a, b] = [needed(node, condition), needed(node, first), needed(node, second)];
    const shape = broadcastShape(node, c.shape, broadcastShape(node, a.shape, b.shape));
    const [chosen, ofA, ofB] = [spread(c, shape), spread(a, shape), spread(b, shape)];
    return like(
      a,
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => (chosen(i) ? ofA(i) : ofB(i))),
    );
  },
};
