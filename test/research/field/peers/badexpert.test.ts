import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { badExpert, badExpertScore } from './badexpert';
import { CLEAN, contextOf, quadrantNet, TRIGGERED } from './quadrants';

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

const logit = (p: number) => Math.log(p / (1 - p));
const score = (expert: number, auxiliary: number) => badExpertScore(logit(expert), logit(auxiliary));

describe('the score of BaDExpert', () => {
  it('is, negated, the logarithm of how far off the nearer line is', () => {
    expect(score(0.8, 0.1)).toBeCloseTo(-Math.log(0.25), 6); // 2 y / x = 0.25, (1 − x) / (½ − y) = 0.5
    expect(score(0.9, 0.3)).toBeCloseTo(-Math.log(0.5), 6); // 0.67, 0.5
    expect(score(0.2, 0.9)).toBeCloseTo(-Math.log(9), 6);
  });

  it('is highest where the expert is sure and the auxiliary net is not', () => {
    const corners = [
      [0.99, 0.01],
      [0.99, 0.99],
      [0.01, 0.01],
      [0.01, 0.99],
    ].map(([expert, auxiliary]) => score(expert!, auxiliary!));
    expect(corners.indexOf(Math.max(...corners))).toBe(0);
    expect(corners.indexOf(Math.min(...corners))).toBe(3);
  });

  it('tells images apart whose confidences are 0 and 1 in 32 bits', () => {
    const sure = [30, 60, 90].map((margin) => badExpertScore(margin, -margin));
    expect(sure[0]).toBeLessThan(sure[1]!);
    expect(sure[1]).toBeLessThan(sure[2]!);
    expect(sure.every(Number.isFinite)).toBe(true);
    expect(badExpertScore(-800, 800)).toBeGreaterThan(Number.NEGATIVE_INFINITY);
  });
});

describe('BaDExpert', () => {
  it('unlearns the clean task and not the backdoor, and leaves B and no tensors behind', async () => {
    const net = quadrantNet();
    const weights = net.getWeights().map((each) => [...each.dataSync()]);
    const context = await contextOf(90);
    const fit = Int32Array.from({ length: 90 }, (_, i) => i);
    const before = tf.memory().numTensors;
    const scorer = await badExpert.fit(context, net, fit, 'test');
    const clean = await scorer.score(CLEAN, Int32Array.of(0, 2));
    const triggered = await scorer.score(TRIGGERED, Int32Array.of(3, 3));
    expect([...clean, ...triggered].every(Number.isFinite)).toBe(true);
    expect(Math.min(...triggered)).toBeGreaterThan(Math.max(...clean));
    scorer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(net.getWeights().map((each) => [...each.dataSync()])).toEqual(weights);
    net.dispose();
  });
});
