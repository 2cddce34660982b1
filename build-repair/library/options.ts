import type { Fit } from '../../models/images/fit';
import type { ImageSize } from '../../models/keras/types';
import type { ClassOrder } from '../images/class-folders';
import type { Progress } from '../progress';
import type { Step } from '../steps';

/** How a net's file is read. */
export interface NetOptions {
  /** Of a weights-only file: a built-in architecture's name, or the path of a JSON file (`model.to_json()`). */
  readonly architecture?: string | undefined;
  /** The size of the images, of a net that takes any: `224`, `120x160`, or height and width in pixels. */
  readonly inputSize?: string | ImageSize | undefined;
}

/** How sets of images are read, where that can't be told from them. */
export interface ImagesOptions {
  /** How pictures of another size are brought to the net's; left out: stretched, or what the net does clearly better under. */
  readonly fit?: Fit | undefined;
  /** What class folders stand for: their place by name, as Keras sorts them, or their numbers; left out: what fits the net. */
  readonly classOrder?: ClassOrder | undefined;
  /** Which images belong together, so that no split parts them: `prefix:SEPARATOR` of the file name, or `dataset:NAME` of the file. */
  readonly group?: string | undefined;
  /** What the images, and the labels, are called in a file of arrays; left out: `data` and `label`, or another usual pair. */
  readonly dataName?: string | undefined;
  readonly labelName?: string | undefined;
  /** Of a file of arrays, where both fit. */
  readonly layout?: 'channels-first' | 'channels-last' | undefined;
  /** Leaves images that can't be read out, and counts them; by default one ends the work. */
  readonly skipBad?: boolean | undefined;
}

/** Whoever takes note of long work, and may end it. */
export interface Watching {
  /** Told how far the work is. What it throws ends the work. */
  readonly onProgress?: Progress | undefined;
  /** Told the steps of the work, before the first. */
  readonly onPlan?: ((steps: readonly Step[]) => void) | undefined;
  /** Told what everybody should know, a sentence each: how the images were taken where that was not told, what was left out. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  /** Told details, a line each. */
  readonly onDetail?: ((line: string) => void) | undefined;
  /** Aborting it ends the work between two steps; it then rejects with the signal's reason, and nothing is written. */
  readonly signal?: AbortSignal | undefined;
}
