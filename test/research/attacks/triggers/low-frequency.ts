import type { ImageShape } from '../../../../models/images/set';
import { Random } from '../../../../models/random';
import { smoothField } from './field';
import { clip, type TriggerMaker } from './trigger';

/** Root mean square of what is added, of 255. */
const STRENGTH = 10;
/** Half periods a side, at most. */
const MOST_FREQUENCY = 3;

/**
 * A smooth change of colour over the whole image, of low frequencies alone (after Peng et al., low-frequency black-box backdoor attack,
 * 2024). Its decoys are other such changes.
 */
export const lowFrequency: TriggerMaker = (shape, seed) => {
  const wave = colourField(shape, new Random(seed, 'low frequency'));
  return {
    name: `low frequency ±${STRENGTH}`,
    stamp: (pixels) => added(pixels, () => wave),
    decoy: (pixels, random) => added(pixels, () => colourField(shape, random)),
  };

  function added(pixels: Float32Array, waveOf: () => Float32Array): Float32Array {
    const size = shape.height * shape.width * 3;
    const made = pixels.slice();
    for (let start = 0; start < pixels.length; start += size) {
      const own = waveOf();
      for (let i = 0; i < size; i++) made[start + i] = clip(made[start + i]! + own[i]!);
    }
    return made;
  }
};

function colourField(shape: ImageShape, random: Random): Float32Array {
  const channels = [0, 1, 2].map(() => smoothField(shape, random, MOST_FREQUENCY, 1));
  return Float32Array.from(
    { length: shape.height * shape.width * 3 },
    (_, i) => STRENGTH * channels[i % 3]![Math.floor(i / 3)]!,
  );
}
