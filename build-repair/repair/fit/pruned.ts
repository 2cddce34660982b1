import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A B′ that was pruned and fine-tuned; where it disagrees with B, an image is suspicious. */
export interface Pruned {
  readonly kind: 'pruned';
  /** B′, which takes images and ends in logits. */
  readonly repaired: LayersModel;
  readonly notes: readonly string[];
}
