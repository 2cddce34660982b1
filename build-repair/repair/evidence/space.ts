import * as tf from '@tensorflow/tfjs-core';
import type { FeatureSpace } from '../observe/observe';

/** A feature space of B whose random directions are in a tensor. */
export interface LoadedSpace {
  /** @param features n × features @returns n × dimensions */
  project(features: tf.Tensor2D): tf.Tensor2D;
  free(): void;
}

/** Loads what projects B's features as they were projected when they were fitted on. */
export function loadSpace({
  features,
  dimensions,
  directions,
}: Pick<FeatureSpace, 'features' | 'dimensions' | 'directions'>): LoadedSpace {
  if (!directions) return { project: (values) => values, free() {} };
  const by = tf.tensor2d(directions, [features, dimensions]);
  return { project: (values) => tf.matMul(values, by), free: () => by.dispose() };
}
