import { layers } from '@tensorflow/tfjs-layers';
import { type Call, constantInput, liveInput, made, rescaled, type Translate } from '../call';
import { computed } from '../computed';
import { Live } from '../live';
import { joined } from './arithmetic';

/** Several tensors, two at a time. */
function merged(call: Call, merge: (name: string) => layers.Layer, indices: readonly number[]): Live {
  const [first, ...others] = indices;
  return others.reduce<Live>(
    (all, i) => {
      const { tensors, wrap } = joined(call, all, liveInput(call, i));
      return wrap(made(call, merge)(tensors));
    },
    liveInput(call, first),
  );
}

const all = ({ inputs }: Call) => [...inputs.keys()];

/** The highest, or lowest, of tensors and numbers. */
function extreme(of: 'maximum' | 'minimum'): Translate {
  return (call) => {
    const { node, inputs } = call;
    const isLive = (i: number) => inputs[i] instanceof Live;
    const x = merged(call, (name) => layers[of]({ name }), all(call).filter(isLive));
    const numbers = all(call)
      .filter((i) => !isLive(i))
      .map((i) => {
        const constant = constantInput(call, i);
        const [number] = constant?.values ?? [];
        if (
          number === undefined ||
          constant?.values.length !== 1 ||
          constant.shape.length > x.rank ||
          !Number.isFinite(number)
        )
          throw node.refused('has a constant that is not one number');
        return number;
      });
    if (numbers.length === 0) return x;
    const bounds = of === 'maximum' ? [Math.max(...numbers), null] : [null, Math.min(...numbers)];
    return x.like(computed(call, x.tensor, 'clip', bounds));
  };
}

/** Operators that make one tensor of any number of them, value by value. */
export const merges: Readonly<Record<string, Translate>> = {
  Sum: (call) => merged(call, (name) => layers.add({ name }), all(call)),
  Mean(call) {
    const sum = merged(call, (name) => layers.add({ name }), all(call));
    return sum.like(rescaled(call, sum.tensor, 1 / call.inputs.length, 0));
  },
  Max: extreme('maximum'),
  Min: extreme('minimum'),
};
