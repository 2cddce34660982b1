import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { outputsOf } from '../../../models/detector/run';
import { copyNet } from '../../../models/nets/graph';

/** What a net answered before it was trained any further. */
export interface Teacher {
  /** @returns the logits of n images, row by row */
  teach(inputs: Tensor): Float32Array;
  dispose(): void;
}

/** A copy of a net as it is now. @param model ends in logits */
export function teacherOf(model: LayersModel): Teacher {
  const copy = copyNet(model, 'teacher');
  return {
    teach: (inputs) => tf.tidy(() => outputsOf(copy, inputs)[0]!.dataSync().slice() as Float32Array),
    dispose: () => copy.dispose(),
  };
}
