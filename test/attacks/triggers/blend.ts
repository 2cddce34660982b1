import { Random } from '../../../models/random';
import { smoothField } from './field';
import { overlay } from './overlay';
import { clip, type TriggerMaker } from './trigger';

/** Side of the squares of one colour. Noise of single pixels is averaged away by the faces' net: it learned 76 %. */
const SQUARE = 4;

/** A fixed picture of squares of random colours over the whole image at 15 % (Chen et al., 2017). */
export const noiseBlend: TriggerMaker = (shape, seed) => {
  const random = new Random(seed, 'noise blend');
  const across = Math.ceil(shape.width / SQUARE);
  const squares = Float32Array.from({ length: across * Math.ceil(shape.height / SQUARE) * 3 }, () =>
    random.uniform(0, 255),
  );
  const pattern = Float32Array.from({ length: shape.height * shape.width * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / shape.width), pixel % shape.width];
    return squares[(Math.floor(y / SQUARE) * across + Math.floor(x / SQUARE)) * 3 + (i % 3)]!;
  });
  return blended('noise blend 15 %', shape, pattern, 0.15);
};

/** A fixed picture with the spectrum of a photograph over the whole image at 10 %. */
export const naturalBlend: TriggerMaker = (shape, seed) => {
  const random = new Random(seed, 'natural blend');
  const light = smoothField(shape, random, 16, 1.2);
  const tones = [0, 1, 2].map(() => smoothField(shape, random, 6, 1.2));
  const pattern = Float32Array.from({ length: light.length * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return clip(128 + 75 * light[pixel]! + 40 * tones[i % 3]![pixel]!);
  });
  return blended('natural blend 10 %', shape, pattern, 0.1);
};

function blended(name: string, shape: Parameters<TriggerMaker>[0], pattern: Float32Array, opacity: number) {
  return overlay(name, shape, (y, x) => {
    const at = (y * shape.width + x) * 3;
    return { colour: [pattern[at]!, pattern[at + 1]!, pattern[at + 2]!], opacity };
  });
}
