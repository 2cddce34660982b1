import type { ImageShape } from '../../../models/images/set';
import { clip, type Trigger, type TriggerMaker } from './trigger';

/** A grating of six periods across the whole image, ±20 of 255 (Barni et al., 2019). */
export const sinusoid: TriggerMaker = (shape) => grating('sinusoid ±20', shape, 20, 6, 0);

/** A weaker one aslant, ±12 of 255. Its decoys have other periods. */
export const weakSinusoid: TriggerMaker = (shape) => ({
  ...grating('sinusoid ±12', shape, 12, 5, 4),
  decoy: (pixels, random) => {
    const across = random.int(9);
    const down = across === 5 ? 0 : random.int(9);
    return grating('another', shape, 12, across, down).stamp(pixels);
  },
});

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
