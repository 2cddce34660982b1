import * as tf from '@tensorflow/tfjs-core';
import { distanceReader } from '../../../models/detector/evidence/distance';
import { LATENT } from '../../../models/detector/evidence/latent';
import { TRUNK } from '../../../models/detector/evidence/trunk';
import type { ClassGaussians } from '../../../models/detector/mahalanobis';
import { present } from '../../../models/present';
import { calibratedOf, type FittedGaussians, fitClassGaussians } from '../learn/class-gaussians';
import type { FeatureSpace } from '../observe/observe';
import type { Fitter } from './fitter';
import { loadSpace } from './space';

/** Fits class Gaussians in one of B's feature spaces. @param output which of what B gives */
function distance(name: 'latent' | 'trunk', output: number): Fitter<FittedGaussians, ClassGaussians> {
  return {
    fit({ context: { images, classes }, passes: { clean, varied, rowOf }, plan: { fit } }) {
      const space: FeatureSpace | undefined = clean[name];
      const changed = varied[name];
      return (
        space &&
        fitClassGaussians(
          space,
          changed ? [{ values: changed.values, rowOf }] : [],
          images.labels,
          images.groups,
          fit,
          classes,
        )
      );
    },
    open({ gaussians, whitening }, { passes: { clean } }) {
      const { dimensions } = gaussians;
      const space = loadSpace(present(clean[name], `What the net says of its ${name}`));
      const by = tf.tensor2d(whitening, [dimensions, dimensions]);
      return distanceReader(
        output,
        gaussians,
        (features) => tf.matMul(space.project(features), by),
        () => {
          by.dispose();
          space.free();
        },
      );
    },
    part: ({ gaussians }) => gaussians,
    settle: calibratedOf,
  };
}

export const latent = distance('latent', LATENT);
export const trunk = distance('trunk', TRUNK);
