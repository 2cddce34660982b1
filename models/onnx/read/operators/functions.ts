import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Call, constantInput, liveInput, rescaled, type Translate } from '../call';
import { computed } from '../computed';

const each =
  (apply: (call: Call, x: SymbolicTensor) => SymbolicTensor): Translate =>
  (call) => {
    const x = liveInput(call);
    return x.like(apply(call, x.tensor));
  };

const power = (exponent: number) => each((call, x) => computed(call, x, 'power', [exponent]));

/** Operators that are a function of each value, as mathematics has them. */
export const functions: Readonly<Record<string, Translate>> = {
  Abs: each((call, x) => computed(call, x, 'abs')),
  Exp: each((call, x) => computed(call, x, 'exp')),
  Log: each((call, x) => computed(call, x, 'log')),
  Neg: each((call, x) => rescaled(call, x, -1, 0)),
  Pow(call) {
    const x = liveInput(call);
    const { shape, values } = constantInput(call, 1) ?? { shape: [], values: [] };
    const [exponent] = values;
    if (exponent === undefined || values.length !== 1 || shape.length > x.rank || !Number.isFinite(exponent))
      throw call.node.refused('has an exponent that is not one number');
    return exponent === 1 ? x : power(exponent)(call);
  },
  Reciprocal: power(-1),
  Sqrt: power(0.5),
};
