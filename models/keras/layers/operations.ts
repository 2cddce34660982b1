import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { type FunctionName, PlainFunction } from '../../nets/plain-function';
import { Reduce, type ReduceKind } from '../../nets/reduce';
import type { Shape } from '../config/spec';
import { rescaling } from './activation-steps';
import type { Options } from './options';
import { type Applier, applier, chain, lazily, type Plan, plain } from './plan';

/** What functions of tensors become (see config/functions.ts). Their names are none that a class can have. */
export const operationLayers: Record<string, (options: Options) => Plan> = {
  'ops.abs': () => ofEach('abs'),
  'ops.gelu': () => ofEach('gelu'),
  'ops.exp': () => ofEach('exp'),
  'ops.log': () => ofEach('log'),
  'ops.clip': (options) =>
    ofEach(
      'clip',
      ['lowest', 'highest'].map((key) => options.optionalNumber(key) ?? null),
    ),
  'ops.power': (options) => {
    const exponent = options.number('exponent', 1);
    const times = options.number('times', 1);
    if (times === 1) return ofEach('power', [exponent]);
    return {
      slots: [],
      make: (name) => chain([powered(`${name}_power`, exponent), applier(rescaling(name, times, 0))]),
    };
  },
  'ops.mean': reduced('mean', (name) => layers.globalAveragePooling2d({ name })),
  'ops.max': reduced('max', (name) => layers.globalMaxPooling2d({ name })),
  'ops.min': reduced('min'),
  'ops.sum': reduced('sum'),
  'ops.squeeze': (options) => {
    const wanted = options.integers('axis');
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const axes = axesOf(options, wanted, input.shape);
          if (axes.some((axis) => input.shape[axis] !== 1))
            throw new NetError(`${options.where} leaves out axes that aren't of length 1: ${wanted}`);
          const targetShape = input.shape.filter((_, axis) => axis > 0 && !axes.includes(axis)) as number[];
          return applier(layers.reshape({ name, targetShape }));
        }),
    };
  },
};

function ofEach(name: FunctionName, numbers: readonly (number | null)[] = []): Plan {
  return plain((layer) => new PlainFunction({ name: layer, function: name, numbers }));
}

/** x to a power. */
export function powered(name: string, exponent: number): Applier {
  return applier(new PlainFunction({ name, function: 'power', numbers: [exponent] }));
}

/** @param pooling the layer that does the same over height and width, where there is one */
function reduced(kind: ReduceKind, pooling?: (name: string) => layers.Layer): (options: Options) => Plan {
  return (options) => {
    const wanted = options.integers('axis');
    const keepDims = options.boolean('keepdims', false);
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const shape = input.shape;
          const axes = axesOf(options, wanted, shape);
          const isOfPlaces = shape.length === 4 && String(axes) === '1,2' && !keepDims;
          return applier(isOfPlaces && pooling ? pooling(name) : new Reduce({ name, kind, axes, keepDims }));
        }),
    };
  };
}

/** Axes as they are counted from the first, in order; that of the images is none. */
function axesOf(options: Options, wanted: readonly number[], { length }: Shape): number[] {
  const axes = [...new Set(wanted.map((axis) => (axis < 0 ? axis + length : axis)))].sort();
  if (axes.every((axis) => axis > 0 && axis < length)) return axes;
  throw new NetError(`${options.where} runs over an axis that its input has not: ${wanted}`, {
    hint: 'Each image is answered by itself: no step may run over several.',
  });
}
