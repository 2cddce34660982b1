import type { Tensor } from '@tensorflow/tfjs-core';
import { first } from '../present';

/** The tensor that a layer of one input is called with. */
export function onlyInput(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? first(inputs) : inputs;
}
