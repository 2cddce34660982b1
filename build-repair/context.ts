import type { ImageShape } from '../models/images/set';
import type { PixelScaling } from '../models/pixels';
import type { LoadedImages } from './images/load';
import type { Progress } from './progress';

/** What every step of a repair works with. */
export interface RepairContext {
  /** D_valid: clean labelled images. */
  readonly images: LoadedImages;
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  /** N. */
  readonly classes: number;
  readonly seed: number;
  readonly progress: Progress;
  /** Aborting it ends the repair between two steps. */
  readonly signal: AbortSignal | undefined;
}
