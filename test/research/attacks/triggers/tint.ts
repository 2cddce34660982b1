import { clip, type TriggerMaker } from './trigger';

/** Warm and faded, as a photo filter gives: gain, gamma and lift of red, green and blue. */
const WARM = [
  { gain: 1.08, gamma: 0.9, lift: 14 },
  { gain: 0.98, gamma: 1, lift: 6 },
  { gain: 0.74, gamma: 1.05, lift: 26 },
];
/** A colour filter over the whole image (Liu et al., ABS, 2019). Its decoys give the look to other channels. */
export const tint: TriggerMaker = () => ({
  name: 'tint',
  stamp: (pixels) => filtered(pixels, 0),
  decoy: (pixels, random) => filtered(pixels, 1 + random.int(2)),
});

/** @param turn by how many channels the look is moved on */
function filtered(pixels: Float32Array, turn: number): Float32Array {
  return pixels.map((value, i) => {
    const { gain, gamma, lift } = WARM[(i + turn) % 3]!;
    return clip(lift + (gain * 255 - lift) * (value / 255) ** gamma);
  });
}
