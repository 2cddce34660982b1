import * as tf from '@tensorflow/tfjs-core';
import { distanceReader } from '../../../models/detector/evidence/distance';
import { LATENT } from '../../../models/detector/evidence/latent';
import { TRUNK } from '../../../models/detector/evidence/trunk';
import type { ClassCloud } from '../../../models/detector/mahalanobis';
import { calibratedOf, type FittedCloud, fitCloud } from '../learn/cloud';
import type { FeatureSpace } from '../observe/observe';
import type { Fitter } from './fitter';
import { loadSpace } from './space';

/** Fits clouds in one of B's feature spaces. @param output which of what B gives */
function distance(name: 'latent' | 'trunk', output: number): Fitter<FittedCloud, ClassCloud> {
  return {
    fit({ context: { images, classes }, passes: { clean, varied, rowOf }, plan: { fit } }) {
      const space: FeatureSpace | undefined = clean[name];
      const changed = varied[name];
      return (
        space &&
        fitCloud(
          space,
          changed ? [{ values: changed.values, rowOf }] : [],
          images.labels,
          images.groups,
          fit,
          classes,
        )
      );
    },
    open({ cloud, whitening }, { passes: { clean } }) {
      const { dimensions } = cloud;
      const space = loadSpace(clean[name]!);
      const by = tf.tensor2d(whitening, [dimensions, dimensions]);
      return distanceReader(
        output,
        cloud,
        (features) => tf.matMul(space.project(features), by),
        () => {
          by.dispose();
          space.free();
        },
      );
    },
    part: ({ cloud }) => cloud,
    settle: calibratedOf,
  };
}

export const latent = distance('latent', LATENT);
export const trunk = distance('trunk', TRUNK);
