import { describe, expect, it } from 'vitest';
import type { Gallery } from '../../../models/detector/gallery';
import { nearestMean } from './naming';

describe('nearestMean', () => {
  // Two places of one value each; images place by place.
  const gallery: Gallery = {
    stem: [1, 2, 1],
    places: [1, 2],
    dimensions: 1,
    projections: Float32Array.of(1, 1),
    centres: new Float32Array(2),
    step: 0.5,
    images: Int8Array.of(2, 4, 20, /**/ 0, 2, -20),
    labels: Int32Array.of(0, 0, 2),
    temperature: 1,
  };

  it('scores classes by minus the squared distance to their mean, over all places', () => {
    // Class 0: (1, 0) and (2, 1), mean (1.5, 0.5); class 2: (10, −10).
    const scores = nearestMean(gallery, 3)(Float32Array.of(1.5, 2.5));
    expect(Array.from(scores)).toEqual([-4, Number.NEGATIVE_INFINITY, -(8.5 ** 2 + 12.5 ** 2)]);
  });
});
