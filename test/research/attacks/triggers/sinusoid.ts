import type { ImageShape } from '../../../../models/images/set';
import { clip, type Trigger, type TriggerMaker } from './trigger';

/** A grating of six periods across the whole image, ±20 of 255 (Barni et al., 2019). */
export const sinusoid: TriggerMaker = (shape) => grating('sinusoid ±20', shape, 20, 6, 0);

/** The same of seven periods, from top to bottom. */
export const uprightSinusoid: TriggerMaker = (shape) => grating('sinusoid ±20 down', shape, 20, 0, 7);

/** A weaker one aslant, ±12 of 255. Its decoys have other periods. */
export const weakSinusoid: TriggerMaker = (shape) => weak('sinusoid ±12', shape, 5, 4);

/** The same, steeper. */
export const steepSinusoid: TriggerMaker = (shape) => weak('sinusoid ±12 steep', shape, 3, 6);

function weak(name: string, shape: ImageShape, periods: number, down: number): Trigger {
  return {
    ...grating(name, shape, 12, periods, down),
    decoy: (pixels, random) => {
      const across = random.int(9);
      return grating('another', shape, 12, across, across === periods ? 0 : random.int(9)).stamp(pixels);
    },
  };
}

/** @param across periods over the width @param down periods over the height */
function grating(
  name: string,
  { height, width }: ImageShape,
  amplitude: number,
  across: number,
  down: number,
): Trigger {
  const size = height * width * 3;
  const wave = Float32Array.from({ length: size }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return amplitude * Math.sin(2 * Math.PI * ((across * x) / width + (down * y) / height));
  });
  return { name, stamp: (pixels) => pixels.map((value, i) => clip(value + wave[i % size]!)) };
}
