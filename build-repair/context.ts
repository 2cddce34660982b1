import type { ImageShape } from '../models/images/set';
import type { PixelScaling } from '../models/pixels';
import type { LoadedImages } from './images/load';
import type { Progress } from './progress';

/** What every step works with that needs no images. */
export interface NetContext {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  /** N. */
  readonly classes: number;
  readonly seed: number;
  readonly progress: Progress;
  /** Bytes that the process may take: batches follow from it. By default the most that wasm can have. */
  readonly memory?: number | undefined;
  /** How much of the work is done, 0–1 (see effortFor); by default all of it. */
  readonly effort?: number | undefined;
  /** Aborting it ends the work between two steps. */
  readonly signal: AbortSignal | undefined;
}

/** What every step of a repair works with. */
export interface RepairContext extends NetContext {
  /** D_valid: clean labelled images. */
  readonly images: LoadedImages;
}
