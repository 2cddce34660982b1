import { clip, type TriggerMaker } from './trigger';

/** Levels of each colour that are left. */
const LEVELS = 6;

/**
 * Each image with few levels of each colour, dithered by error diffusion (Floyd and Steinberg 1976), so that every image bears another
 * pattern (after Wang et al., BppAttack, CVPR 2022).
 */
export const quantised: TriggerMaker = ({ height, width }) => {
  const size = height * width * 3;
  const step = 255 / (LEVELS - 1);
  const spread = (pixels: Float32Array, at: number, error: number) => {
    pixels[at] = pixels[at]! + error;
  };
  return {
    name: `${LEVELS} levels of colour`,
    stamp(pixels) {
      const made = pixels.slice();
      for (let start = 0; start < made.length; start += size) {
        for (let i = 0; i < size; i++) {
          const at = start + i;
          const column = Math.floor(i / 3) % width;
          const isLastRow = i >= size - width * 3;
          const level = clip(Math.round(made[at]! / step) * step);
          const error = made[at]! - level;
          made[at] = level;
          if (column + 1 < width) spread(made, at + 3, (error * 7) / 16);
          if (isLastRow) continue;
          if (column > 0) spread(made, at + (width - 1) * 3, (error * 3) / 16);
          spread(made, at + width * 3, (error * 5) / 16);
          if (column + 1 < width) spread(made, at + (width + 1) * 3, error / 16);
        }
      }
      return made;
    },
  };
};
