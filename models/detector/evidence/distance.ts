import * as tf from '@tensorflow/tfjs-core';
import { packFloats, unpackFloats } from '../../bundle/artifacts';
import { type ClassGaussians, distances } from '../mahalanobis';
import type { Reader, Stored } from './kind';
import { taking } from './takes';

/** Why distances are left out, as a rule. */
export const FEW_CLASSES =
  'too few classes have clean images enough (3 a class, of 2 groups where groups are told)';

/**
 * Reads distances in one of B's feature spaces.
 * @param output which of what B gives
 * @param project n × features → n × dimensions
 */
export function distanceReader(
  output: number,
  gaussians: Omit<ClassGaussians, 'projection'>,
  project: (features: tf.Tensor2D) => tf.Tensor,
  free: () => void,
): Reader {
  return {
    rows({ bad, n }) {
      const features = bad[output];
      return features && project(tf.reshape(features, [n, -1]));
    },
    ...tellDistances(gaussians),
    free,
  };
}

const tellDistances = (gaussians: Omit<ClassGaussians, 'projection'>): Required<Pick<Reader, 'tell'>> => ({
  tell: (rows, at) => distances(rows, at, gaussians),
});

/** The reader of class Gaussians as it is served: its projection in a tensor; what they were read from is not held on to. */
export function openClassGaussians(
  output: number,
  gaussians: ClassGaussians | undefined,
): Reader | undefined {
  if (!gaussians) return undefined;
  const { features, dimensions, projection, means, known } = gaussians;
  const matrix = tf.tensor2d(projection, [features, dimensions]);
  return {
    ...taking({ of: 'bad', output, matrix }),
    ...tellDistances({ features, dimensions, means: means.slice(), known }),
    free: () => matrix.dispose(),
  };
}

/** Class Gaussians in a bundle: projection, means and known classes as 32-bit floats. */
export function storedClassGaussians(name: string): Stored<ClassGaussians> {
  const path = `clouds/${name}.bin`;
  return {
    at: ['clouds', name],
    field: ({ features, dimensions }) => ({ features, dimensions }),
    files({ dimensions, projection, means, known }) {
      // The mean of a class of one or two images is theirs, and nothing looks at it.
      const kept = means.map((value, i) => (known[Math.floor(i / dimensions)] === 1 ? value : 0));
      return [{ path, bytes: packFloats([projection, kept, Float32Array.from(known)]) }];
    },
    async read(field, { classes, read }) {
      const { features, dimensions } = field as { features: number; dimensions: number };
      const lengths = [features * dimensions, classes * dimensions, classes] as const;
      const [projection, means, known] = unpackFloats(await read(path), lengths);
      return {
        features,
        dimensions,
        projection,
        means,
        known: Uint8Array.from(known),
      };
    },
  };
}
