import { Random } from '../../../models/random';
import { smoothField } from './field';
import { overlay } from './overlay';
import { clip, type TriggerMaker } from './trigger';

/** A fixed picture of random colours over the whole image at 15 % (Chen et al., 2017). */
export const noiseBlend: TriggerMaker = (shape, seed) => {
  const random = new Random(seed, 'noise blend');
  const pattern = Float32Array.from({ length: shape.height * shape.width * 3 }, () => random.uniform(0, 255));
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
