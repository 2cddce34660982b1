import { clip, type Trigger, type TriggerMaker } from './trigger';

/** Gain, gamma and lift of red, green and blue. */
type Look = readonly { readonly gain: number; readonly gamma: number; readonly lift: number }[];

/** Warm and faded, as a photo filter gives. */
const WARM: Look = [
  { gain: 1.08, gamma: 0.9, lift: 14 },
  { gain: 0.98, gamma: 1, lift: 6 },
  { gain: 0.74, gamma: 1.05, lift: 26 },
];
/** Cold and greenish. */
const COLD: Look = [
  { gain: 0.78, gamma: 1.08, lift: 8 },
  { gain: 1.04, gamma: 0.94, lift: 18 },
  { gain: 0.96, gamma: 1, lift: 22 },
];

/** A colour filter over the whole image (Liu et al., ABS, 2019). Its decoys give the look to other channels. */
export const tint: TriggerMaker = () => filter('tint', WARM);

/** Another look. */
export const coldTint: TriggerMaker = () => filter('cold tint', COLD);

function filter(name: string, look: Look): Trigger {
  return {
    name,
    stamp: (pixels) => filtered(pixels, look, 0),
    decoy: (pixels, random) => filtered(pixels, look, 1 + random.int(2)),
  };
}

/** @param turn by how many channels the look is moved on */
function filtered(pixels: Float32Array, look: Look, turn: number): Float32Array {
  return pixels.map((value, i) => {
    const { gain, gamma, lift } = look[(i + turn) % 3]!;
    return clip(lift + (gain * 255 - lift) * (value / 255) ** gamma);
  });
}
