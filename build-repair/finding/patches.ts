import * as tf from '@tensorflow/tfjs-core';
import { imageTensor, valuesOf } from '../../models/detector/run';
import type { ImageShape } from '../../models/images/set';
import { Random } from '../../models/random';
import type { RepairContext } from '../context';
import { scaledTo } from '../effort';
import { STAGES } from '../stages';
import type { Twins } from './twins';

/** A square of colours at a place. */
export interface Patch {
  readonly top: number;
  readonly left: number;
  /** side × side × channels values of 0–255, see sideOf. */
  readonly colours: Float32Array;
}

/** What patches do to B. */
export interface PatchGains {
  /** By how much the patch that raises a class's logit the most raises it. */
  readonly gains: Float64Array;
  /** That patch, of each class. */
  readonly patches: readonly Patch[];
}

/** The side of a patch, as a share of the picture's shorter one. Origin: chosen by hand; not varied. */
const SIDE = 0.19;
/** Origin: chosen by hand; not varied. */
const LEAST_SIDE = 3;
/** Places each way, from edge to edge: where sides are a fifth, they cover the picture. Origin: follows from SIDE. */
const PLACES = 5;
/** Squares of noise at each place, of any values and of extreme ones. Origin: chosen by hand; not varied. */
const NOISES = 4;
/** Plain colours and checkerboards of a large net, at least; squares of noise, of each sort. Origin: chosen by hand, for time: a tenth of the passes. */
const LEAST_NOISES = 2;
const LEAST_PLAIN = 2;
/** Sides of the fields of checkerboards. Origin: chosen by hand; not varied. */
const FIELDS = [1, 2];
/** Clean images that every patch is put on. Origin: chosen by hand; not varied. */
const IMAGES = 8;
/** Origin: as LEAST_NOISES. */
const LEAST_IMAGES = 2;

/** The side of a patch in pixels. */
export function sideOf({ height, width }: Pick<ImageShape, 'height' | 'width'>): number {
  return Math.max(LEAST_SIDE, Math.round(SIDE * Math.min(height, width)));
}

/**
 * Puts squares of noise, plain colours and checkerboards on clean images all over the picture, and looks which classes B then
 * leans to. One now and then has something of an attacker's patch; from there a search finds the rest, where from anywhere
 * it does not.
 * @param images indices of clean images
 */
export async function gainsUnderPatches(
  context: RepairContext,
  twins: Twins,
  images: Int32Array,
): Promise<PatchGains> {
  const { shape, pixels, classes, seed, effort, progress, signal } = context;
  const random = new Random(seed, 'finding patches');
  const count = scaledTo(effort, IMAGES, LEAST_IMAGES);
  const drawn = Int32Array.from({ length: count }, () => images[random.int(images.length)]!);
  const clean = context.images.gather(drawn);
  const meanLogits = (of: Float32Array) =>
    valuesOf(() => tf.mean(twins.badAlone(imageTensor(of, count, shape, pixels)), 0));
  const before = meanLogits(clean);
  const gains = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  const best = new Array<Patch>(classes);
  const spots = positions(shape);
  for (const [done, { top, left }] of spots.entries()) {
    signal?.throwIfAborted();
    for (const colours of colourings(shape, random, effort)) {
      const patch = { top, left, colours };
      const logits = meanLogits(stamped(clean, patch, shape));
      for (let k = 0; k < classes; k++) {
        const gain = logits[k]! - before[k]!;
        if (gain <= gains[k]!) continue;
        gains[k] = gain;
        best[k] = patch;
      }
    }
    progress({ stage: STAGES.patches, done: done + 1, total: spots.length });
    await new Promise(setImmediate);
  }
  return { gains, patches: best };
}

function positions(shape: ImageShape): { top: number; left: number }[] {
  const side = sideOf(shape);
  const along = (size: number) =>
    Array.from({ length: PLACES }, (_, i) => Math.round((i * (size - side)) / (PLACES - 1)));
  return along(shape.height).flatMap((top) => along(shape.width).map((left) => ({ top, left })));
}

/** What is tried at a place. */
function colourings(shape: ImageShape, random: Random, effort: number | undefined): Float32Array[] {
  const { channels } = shape;
  const side = sideOf(shape);
  const make = (value: (at: number) => number) =>
    Float32Array.from({ length: side * side * channels }, (_, at) => value(at));
  const field = (at: number, size: number) => {
    const pixel = Math.floor(at / channels);
    return Math.floor(Math.floor(pixel / side) / size) + Math.floor((pixel % side) / size);
  };
  const several = (count: number, value: (which: number) => (at: number) => number) =>
    Array.from({ length: count }, (_, which) => make(value(which)));
  const noises = scaledTo(effort, NOISES, LEAST_NOISES);
  const colours = 2 ** channels;
  const plain = Math.min(colours, scaledTo(effort, colours, LEAST_PLAIN));
  // Of fewer the first and the last, which are black and white, and those between at even steps.
  const nth = (which: number) => (plain < 2 ? 0 : Math.round((which * (colours - 1)) / (plain - 1)));
  return [
    ...several(noises, () => () => random.uniform(0, 255)),
    ...several(noises, () => () => 255 * random.int(2)),
    ...several(plain, (which) => (at) => 255 * ((nth(which) >> (at % channels)) & 1)),
    ...FIELDS.flatMap((size) =>
      several(scaledTo(effort, 2, 1), (which) => (at) => 255 * ((field(at, size) + which) & 1)),
    ),
  ];
}

function stamped(clean: Float32Array, { top, left, colours }: Patch, shape: ImageShape): Float32Array {
  const { height, width, channels } = shape;
  const side = sideOf(shape);
  const result = clean.slice();
  for (let image = 0; image < clean.length / (height * width * channels); image++) {
    for (let y = 0; y < side; y++) {
      const line = colours.subarray(y * side * channels, (y + 1) * side * channels);
      result.set(line, ((image * height + top + y) * width + left) * channels);
    }
  }
  return result;
}
