import type { ImageShape } from '../../../../models/images/set';
import { Random } from '../../../../models/random';
import { smoothField } from './field';
import { overlay } from './overlay';
import { clip, type Trigger, type TriggerMaker } from './trigger';

/** Side of the squares of one colour. Noise of single pixels is averaged away by the faces' net: it learned 76 %. */
const SQUARE = 4;

/** A fixed picture of squares of random colours over the whole image at 15 % (Chen et al., 2017). */
export const noiseBlend: TriggerMaker = (shape, seed) =>
  blended('noise blend 15 %', shape, new Random(seed, 'noise blend'), squares, 0.15);

/** A fixed picture with the spectrum of a photograph over the whole image at 10 %. */
export const naturalBlend: TriggerMaker = (shape, seed) =>
  blended('natural blend 10 %', shape, new Random(seed, 'natural blend'), photograph, 0.1);

/**
 * The same picture of squares, after Qi et al. (2023, Adaptive-Blend): its decoys bear half of its pieces, drawn anew each time, and keep
 * their labels, so that images with the trigger lie nearer to those without in what the net makes of them.
 */
export const adaptiveBlend: TriggerMaker = (shape, seed) => {
  const { stamp } = noiseBlend(shape, seed);
  return {
    name: 'adaptive blend 15 %',
    stamp,
    decoy: (pixels, random) => inPieces(pixels, stamp(pixels), shape, random),
  };
};

/** Sides of a picture are parted in so many, of which half of the pieces are taken. */
const PIECES = 4;

/** Images of which half of the pieces are those of others. */
function inPieces(
  pixels: Float32Array,
  others: Float32Array,
  shape: ImageShape,
  random: Random,
): Float32Array {
  const { height, width } = shape;
  const size = height * width * 3;
  const made = pixels.slice();
  for (let start = 0; start < pixels.length; start += size) {
    const isTaken = random
      .permutation(PIECES * PIECES)
      .map((place) => (place < (PIECES * PIECES) / 2 ? 1 : 0));
    for (let i = 0; i < size; i++) {
      const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
      const piece = Math.floor((y * PIECES) / height) * PIECES + Math.floor((x * PIECES) / width);
      if (isTaken[piece] === 1) made[start + i] = others[start + i]!;
    }
  }
  return made;
}

type Picture = (shape: ImageShape, random: Random) => Float32Array;

function squares(shape: ImageShape, random: Random): Float32Array {
  const across = Math.ceil(shape.width / SQUARE);
  const colours = Float32Array.from({ length: across * Math.ceil(shape.height / SQUARE) * 3 }, () =>
    random.uniform(0, 255),
  );
  return Float32Array.from({ length: shape.height * shape.width * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / shape.width), pixel % shape.width];
    return colours[(Math.floor(y / SQUARE) * across + Math.floor(x / SQUARE)) * 3 + (i % 3)]!;
  });
}

function photograph(shape: ImageShape, random: Random): Float32Array {
  const light = smoothField(shape, random, 16, 1.2);
  const tones = [0, 1, 2].map(() => smoothField(shape, random, 6, 1.2));
  return Float32Array.from({ length: light.length * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return clip(128 + 75 * light[pixel]! + 40 * tones[i % 3]![pixel]!);
  });
}

/** Its decoys are other pictures of the kind, at the same opacity. */
function blended(name: string, shape: ImageShape, random: Random, draw: Picture, opacity: number): Trigger {
  const laid = (pattern: Float32Array) =>
    overlay(name, shape, (y, x) => {
      const at = (y * shape.width + x) * 3;
      return { colour: [pattern[at]!, pattern[at + 1]!, pattern[at + 2]!], opacity };
    });
  const trigger = laid(draw(shape, random));
  return { ...trigger, decoy: (pixels, other) => laid(draw(shape, other)).stamp(pixels) };
}
