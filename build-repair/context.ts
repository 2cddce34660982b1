import type { ImageShape } from '../models/images/set';
import type { PixelScaling } from '../models/pixels';
import type { LoadedImages } from './images/load';
import type { Progress } from './progress';

/** What every step of a repair works with. */
export interface RepairContext {
  /** D_valid: clean labelled images. */
  readonly images: LoadedImages;
  /** Images without labels, seen in service, which may be poisoned. */
  readonly unlabelled?: LoadedImages | undefined;
  /** Images that may be kept in the bundle, in place of clean ones. */
  readonly hosts?: LoadedImages | undefined;
  /** Whether the bundle may hold images, and features of single ones; by default it may. */
  readonly keepsImages?: boolean | undefined;
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  /** N. */
  readonly classes: number;
  readonly seed: number;
  readonly progress: Progress;
  /** Aborting it ends the repair between two steps. */
  readonly signal: AbortSignal | undefined;
}
