import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { rescaling } from './activation';
import type { Options } from './options';
import { applier, type Plan, plain } from './plan';

/** The layers that take several inputs. */
export const mergeLayers: Record<string, (options: Options) => Plan> = {
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
        if (inputs.length !== 2)
          throw new NetError(`${options.where} takes two inputs, not ${inputs.length}`);
        return add([inputs[0]!, negate([inputs[1]!])]);
      };
    },
  }),
  Concatenate: (options) => {
    const [axis] = options.integers('axis', [-1]);
    return plain((name) => layers.concatenate({ name, axis }));
  },
};
