import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { atLeast } from '../../present';
import { rescaling } from './activation-steps';
import { powered } from './operations';
import type { Options } from './options';
import { applier, type Plan, plain } from './plan';

/** TensorFlow broadcasts tensors of different ranks from their last axes, layers do from their first. */
function ofOneRank(read: (options: Options) => Plan): (options: Options) => Plan {
  return (options) => {
    const plan = read(options);
    if (!options.boolean('of_one_rank', false)) return plan;
    return {
      ...plan,
      make: (name, weights) => {
        const apply = plan.make(name, weights);
        return (inputs) => {
          const [first, ...others] = inputs.map(({ shape }) => shape.length);
          if (others.every((rank) => rank === first)) return apply(inputs);
          throw new NetError(`${options.where} joins tensors of different ranks, which can't be used`);
        };
      },
    };
  };
}

/** The layers that take several inputs. */
const merges: Record<string, (options: Options) => Plan> = {
  Add: () => plain((name) => layers.add({ name })),
  Multiply: () => plain((name) => layers.multiply({ name })),
  Average: () => plain((name) => layers.average({ name })),
  Maximum: () => plain((name) => layers.maximum({ name })),
  Minimum: () => plain((name) => layers.minimum({ name })),
  Subtract: (options) => ({
    slots: [],
    make: (name) => {
      const negate = applier(rescaling(`${name}_minus`, -1, 0));
      const add = applier(layers.add({ name }));
      return (inputs) => {
        const [from, taken, ...others] = inputs;
        if (!from || !taken || others.length > 0)
          throw new NetError(`${options.where} takes two inputs, not ${inputs.length}`);
        return add([from, negate([taken])]);
      };
    },
  }),
  'ops.divide': () => ({
    slots: [],
    make: (name) => {
      const over = powered(`${name}_over`, -1);
      const multiply = applier(layers.multiply({ name }));
      return (inputs) => {
        const [a, b] = atLeast(2, inputs);
        return multiply([a, over([b])]);
      };
    },
  }),
  Concatenate: (options) => {
    const [axis] = options.integers('axis', [-1]);
    return plain((name) => layers.concatenate({ name, axis }));
  },
};

export const mergeLayers: typeof merges = Object.fromEntries(
  Object.entries(merges).map(([name, read]) => [name, ofOneRank(read)]),
);
