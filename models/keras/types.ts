import type { ErrorCode } from '../errors';
import type { ImageShape } from '../images/set';

/**
 * What kind of file a net came from:
 * - `keras-h5`: a whole model as HDF5 (Keras 1, 2 and 3's legacy format)
 * - `keras-archive`: the zip archive `.keras` (Keras 2.12 and later, Keras 3)
 * - `weights-h5`: weights only (`save_weights`, as `.h5` or `.weights.h5`)
 * - `tfjs-layers`: `model.json` of TensorFlow.js, with files of weights beside it
 * - `onnx`: ONNX, such as PyTorch exports
 */
export type NetFormat = 'keras-h5' | 'keras-archive' | 'weights-h5' | 'tfjs-layers' | 'onnx';

/** What a net answers with: probabilities, or what goes into the softmax. */
export type NetOutput = 'softmax' | 'logits';

export interface LoadNetOptions {
  /** Of a weights-only file: a built-in architecture's name, or the path of a JSON file (`model.to_json()`). */
  readonly architecture?: string;
  /** How many classes the net must have; by default as many as it has. */
  readonly classes?: number;
  /** The size of the images, of a net that takes any. */
  readonly inputSize?: ImageSize;
}

/** Height and width of images, in pixels. */
export type ImageSize = Pick<ImageShape, 'height' | 'width'>;

/** A weight as the file keeps it. */
export interface WeightDescription {
  readonly name: string;
  readonly shape: readonly number[];
  /** `float32`, `float16`, … */
  readonly dtype: string;
}

/** A layer of a net, usable or not. */
export interface LayerDescription {
  /** Layers of nested models as `model/layer`. */
  readonly name: string;
  /** Keras's class; undefined in a weights-only file without an architecture. */
  readonly className: string | undefined;
  /** With the batch first, as null; undefined where it could not be worked out. */
  readonly outputShape: readonly (number | null)[] | undefined;
  /** Number of values in its weights. */
  readonly parameters: number;
  readonly weights: readonly WeightDescription[];
}

/** What `goodnet inspect` tells of a file. */
export interface NetDescription {
  readonly format: NetFormat;
  readonly kerasVersion: string | undefined;
  /** What wrote an ONNX file, and the version of ONNX's operators. */
  readonly writtenBy?: string;
  readonly layers: readonly LayerDescription[];
  /** Number of values in all weights (without the optimizer's). */
  readonly parameters: number;
  /** With the batch first, as null. */
  readonly inputShape: readonly (number | null)[] | undefined;
  readonly classes: number | undefined;
  readonly output: NetOutput | undefined;
  /** The kinds of numbers of the weights: `float32`, or several. */
  readonly dtype: string;
  /** Whether the file carries the optimizer's state. */
  readonly optimizer: boolean;
  /** What whoever trusts the file should know of it, a sentence each, such as code in it, or what is assumed of it. */
  readonly notes: readonly string[];
  /** Why the net can't be repaired, a sentence each; empty for one that can. */
  readonly problems: readonly string[];
  /** What each of them is called for programs, in their order. */
  readonly problemCodes: readonly ErrorCode[];
}
