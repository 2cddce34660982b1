import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { type Interpolation, Resize } from '../../nets/resize';
import { atLeast, first, last } from '../../present';
import type { Shape } from '../config/spec';
import type { Options } from './options';
import { type Applier, applier, chain, lazily, type Plan, passThrough, plain } from './plan';

type Sides = [[number, number], [number, number]];

/** Rows and columns added or cut on each side: one number, [height, width], or [[top, bottom], [left, right]]. */
function readSides(options: Options, key: string, fallback: number): Sides {
  const value = options.raw(key) ?? fallback;
  const two = Array.isArray(value) ? value : [value, value];
  const four =
    two.length === 4
      ? [two.slice(0, 2), two.slice(2)]
      : two.map((each) => (Array.isArray(each) ? each : [each, each]));
  const ok =
    four.length === 2 &&
    four.every((side) => side.length === 2 && side.every((n) => Number.isInteger(n) && (n as number) >= 0));
  if (!ok) throw options.wrong(key, 'whole numbers of rows and columns');
  return four as Sides;
}

function pooling(make: (args: object) => layers.Layer): (options: Options) => Plan {
  return (options) => {
    options.channelsLast();
    const poolSize = options.pair('pool_size', [2, 2]);
    const strides = options.pair('strides', poolSize);
    const padding = options.choice('padding', ['valid', 'same'], 'valid');
    return plain((name) => make({ name, poolSize, strides, padding }));
  };
}

function globalPooling(make: (args: { name: string }) => layers.Layer): (options: Options) => Plan {
  return (options) => {
    options.channelsLast();
    if (!options.boolean('keepdims', false)) return plain((name) => make({ name }));
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) =>
          chain([
            applier(make({ name })),
            applier(layers.reshape({ name: `${name}_keep`, targetShape: [1, 1, last(input.shape)] })),
          ]),
        ),
    };
  };
}

/** The layers that pool, pad, cut, enlarge or rearrange. */
export const spatialLayers: Record<string, (options: Options) => Plan> = {
  MaxPooling2D: pooling((args) => layers.maxPooling2d(args as never)),
  AveragePooling2D: pooling((args) => layers.averagePooling2d(args as never)),
  GlobalAveragePooling2D: globalPooling((args) => layers.globalAveragePooling2d(args)),
  GlobalMaxPooling2D: globalPooling((args) => layers.globalMaxPooling2d(args)),
  ZeroPadding2D: (options) => {
    options.channelsLast();
    const padding = readSides(options, 'padding', 1);
    return plain((name) => layers.zeroPadding2d({ name, padding }));
  },
  Cropping2D: (options) => {
    options.channelsLast();
    const cropping = readSides(options, 'cropping', 0);
    return plain((name) => layers.cropping2D({ name, cropping }));
  },
  UpSampling2D: (options) => {
    options.channelsLast();
    const size = options.pair('size', [2, 2]);
    options.only('interpolation', ['nearest', 'bilinear'], INTERPOLATION_HINT);
    if (options.raw('interpolation') !== 'bilinear')
      return plain((name) => layers.upSampling2d({ name, size }));
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const [, rows, columns] = atLeast(3, input.shape as number[]);
          return resize(options, name, input.shape, [rows * size[0], columns * size[1]], 'bilinear');
        }),
    };
  },
  Flatten: (options) => {
    options.channelsLast();
    return {
      slots: [],
      make: (name) => {
        const flatten = applier(layers.flatten({ name }));
        return (inputs) => (first(inputs).shape.length === 2 ? first(inputs) : flatten(inputs));
      },
    };
  },
  Reshape: (options) => {
    const targetShape = options.integers('target_shape');
    // TensorFlow.js leaves an open length (-1) open, where Keras works it out.
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const values = input.shape.slice(1).reduce<number>((product, length) => product * (length ?? 0), 1);
          const rest = targetShape.reduce((product, length) => (length < 0 ? product : product * length), 1);
          const target = targetShape.map((length) => (length < 0 ? values / rest : length));
          if (target.reduce((product, length) => product * length, 1) !== values)
            throw new NetError(
              `${options.where} makes ${targetShape.join(' × ')} of the ${values} values of an image`,
              { hint: 'Each image is answered by itself: its values must be as many before and after.' },
            );
          return applier(layers.reshape({ name, targetShape: target }));
        }),
    };
  },
  Permute: (options) => {
    const dims = options.integers('dims');
    return plain((name) => layers.permute({ name, dims }));
  },
  RepeatVector: (options) => {
    const n = options.count('n');
    return plain((name) => layers.repeatVector({ name, n }));
  },
  CenterCrop: (options) => {
    options.channelsLast();
    const [height, width] = [options.count('height'), options.count('width')];
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const [, rows, columns] = atLeast(3, input.shape as number[]);
          if (!(rows >= height && columns >= width)) {
            throw new NetError(
              `${options.where} would enlarge its input to ${height}×${width}, which can't be used`,
            );
          }
          const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
          const cropping: Sides = [
            [top, rows - height - top],
            [left, columns - width - left],
          ];
          return applier(layers.cropping2D({ name, cropping }));
        }),
    };
  },
  Resizing: (options) => {
    const [height, width] = [options.count('height'), options.count('width')];
    options.channelsLast();
    const interpolation = options.raw('interpolation') ?? 'bilinear';
    const odd = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'].filter(
      (key) => options.raw(key) !== undefined && options.raw(key) !== false,
    );
    for (const key of ['fill_mode', 'fill_value']) options.raw(key);
    return {
      slots: [],
      make: (name) =>
        lazily(([input]) => {
          const [, rows, columns] = input.shape;
          if (rows === height && columns === width) return passThrough.make(name, []);
          const hint = `Take the layer out and give images of ${height}×${width}.`;
          if (odd[0])
            throw new NetError(`${options.where} resizes with ${odd[0]}, which can't be used`, { hint });
          options.only('interpolation', ['nearest', 'bilinear'], hint);
          return resize(options, name, input.shape, [height, width], interpolation as Interpolation);
        }),
    };
  },
};

const INTERPOLATION_HINT = 'Build the net with interpolation="nearest" or "bilinear" and save it again.';
/** Values of the matrix that one side is resized with, at most. */
const MOST_SAMPLES = 2 ** 22;

function resize(
  options: Options,
  name: string,
  [, rows = null, columns = null]: Shape,
  [height, width]: [number, number],
  interpolation: Interpolation,
): Applier {
  if (!((rows ?? 0) * height <= MOST_SAMPLES && (columns ?? 0) * width <= MOST_SAMPLES)) {
    throw new NetError(
      `${options.where} resizes ${rows}×${columns} to ${height}×${width}, which is too large`,
      {
        hint: 'Build the net for smaller images.',
      },
    );
  }
  return applier(new Resize({ name, height, width, interpolation }));
}
