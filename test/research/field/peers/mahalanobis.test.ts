import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { fitGaussians, mahalanobis, squaredDistances } from './mahalanobis';
import { CLEAN, contextOf, quadrantNet, TRIGGERED } from './quadrants';

beforeAll(() => startEngine());

describe('Mahalanobis distances', () => {
  const one = () => fitGaussians(Float32Array.of(0, 2, 10, 12), Int32Array.of(0, 0, 1, 1), 3);

  it('have a mean a class, that of all where a class has no image, and one covariance', () => {
    const { means, precision, features } = one();
    expect(features).toBe(1);
    expect([...means]).toEqual([1, 11, 6]);
    // Squares of ±1 add up to 4, by 4 images less 2 classes: 2.
    expect(precision[0]).toBeCloseTo(0.5, 6);
  });

  it('are of the class that is named', () => {
    const away = squaredDistances(Float32Array.of(3, 3), Int32Array.of(0, 1), one());
    expect(away[0]).toBeCloseTo(2, 5);
    expect(away[1]).toBeCloseTo(32, 4);
  });

  it('count less along what features have in common', () => {
    const values = [-2, -2, -1, -1.1, 0, 0.1, 1, 0.9, 2, 2.1];
    const gaussians = fitGaussians(Float32Array.from(values), new Int32Array(5), 2);
    const [along, across] = squaredDistances(Float32Array.of(1, 1, 1, -1), Int32Array.of(0, 0), gaussians);
    expect(across).toBeGreaterThan(5 * along!);
  });

  it('as a detector, are greater where features are unlike the class’s, and leave no tensors behind', async () => {
    const net = quadrantNet();
    const context = await contextOf(60);
    const before = tf.memory().numTensors;
    const scorer = await mahalanobis.fit(
      context,
      net,
      Int32Array.from({ length: 60 }, (_, i) => i),
      '',
    );
    const clean = await scorer.score(CLEAN, Int32Array.of(0, 2));
    const triggered = await scorer.score(TRIGGERED, Int32Array.of(3, 3));
    expect(Math.min(...triggered)).toBeGreaterThan(2 * Math.max(...clean));
    scorer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    net.dispose();
  });
});
