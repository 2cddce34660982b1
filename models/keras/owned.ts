import { engine } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Makes a net such that `model.dispose()` frees all that was allocated for it, and nothing is left where making it
 * fails. TensorFlow.js counts each call of a layer as a use, but disposing of a net takes back only one.
 */
export function owned(make: () => LayersModel): LayersModel {
  const before = new Set(Object.values(engine().registeredVariables));
  try {
    const model = make();
    for (const layer of model.layers) (layer as unknown as { _refCount: number })._refCount = 1;
    return model;
  } catch (error) {
    for (const variable of Object.values(engine().registeredVariables)) {
      if (!before.has(variable)) variable.dispose();
    }
    throw error;
  }
}
