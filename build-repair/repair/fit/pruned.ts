import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { AloneFigures } from '../unlearn/stand-alone';

/** A B′ that was pruned and fine-tuned; where it disagrees with B, an image is suspicious. */
export interface Pruned {
  readonly kind: 'pruned';
  /** B′, which takes images and ends in logits. */
  readonly repaired: LayersModel;
  /** What it does by itself, where that was measured. */
  readonly alone?: AloneFigures | undefined;
  readonly notes: readonly string[];
  /** Frees B′. */
  dispose(): void;
}
