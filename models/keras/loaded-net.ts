import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../images/set';
import type { OwnClassNames } from './class-names';
import type { NetFormat, NetOutput } from './types';

/** A classifier of images, read from a Keras file. */
export interface LoadedNet {
  /** Takes (batch, height, width, channels) float32, answers (batch, classes) as Keras does, sigmoids read as classes (`notes` tells); nested models laid flat. */
  readonly model: LayersModel;
  readonly format: NetFormat;
  /** The version that wrote the file, where it says so. */
  readonly kerasVersion: string | undefined;
  readonly inputShape: ImageShape;
  /** N, ≥ 2. */
  readonly classes: number;
  readonly output: NetOutput;
  /** The classes' names, where the file has them, or one beside it. */
  readonly ownNames?: OwnClassNames;
  /** Why others that the file has, or one beside it, are not these, a sentence each. */
  readonly namesNotUsed?: readonly string[];
  /** What whoever trusts the file should know of it, a sentence each, such as code in it, or what is assumed of it. */
  readonly notes?: readonly string[];
}
