import type { Random } from '../../../models/random';

/** The least that stays of an image. */
const LEAST_KEPT = 0.3;

/**
 * Mixes other images into images, in place (Zhang et al., mixup, 2018). A teacher that answers to the mixtures themselves
 * makes far more lessons of few images than their labels would (Beyer et al., CVPR 2022).
 * @param pixels images of `size` values
 * @param others as many
 */
export function mix(pixels: Float32Array, others: Float32Array, size: number, random: Random): void {
  for (let start = 0; start < others.length; start += size) {
    const kept = random.uniform(LEAST_KEPT, 1);
    for (let i = start; i < start + size; i++) pixels[i] = kept * pixels[i]! + (1 - kept) * others[i]!;
  }
}
