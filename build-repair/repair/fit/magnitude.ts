import * as tf from '@tensorflow/tfjs-core';
import { copyNet } from '../../../models/nets/graph';
import { allImages } from '../../images/load';
import { STAGES } from '../../stages';
import type { Chosen } from '../choose/choose';
import { fineTune } from '../learn/fine-tune';
import type { Pruned } from './pruned';

/**
 * The schedule: PolynomialDecay(0.5 → 0.7, power 3), masks renewed every 100 steps.
 * Origin: Zhu and Gupta 2017, as TensorFlow Model Optimization has it.
 */
const FIRST_SPARSITY = 0.5;
const LAST_SPARSITY = 0.7;
const POWER = 3;
const RENEW_EVERY = 100;
/** Origin: chosen by hand; not varied. */
const EPOCHS = 2;
const BATCH = 10;
const LEARNING_RATE = 1e-3;

/**
 * Whole-net magnitude pruning: the weights of smallest magnitude of each kernel are held at zero, 50 % of them at
 * first and 70 % at the end of two epochs of fine-tuning. No biases are pruned.
 */
export async function magnitudePrune({ context, flat }: Pick<Chosen, 'context' | 'flat'>): Promise<Pruned> {
  const repaired = copyNet(flat, 'repaired');
  const kernels = repaired.trainableWeights
    .filter((weight) => weight.shape.length >= 2)
    .map((weight) => (weight as unknown as { val: tf.Variable }).val);
  let masks: tf.Tensor[] = [];
  const applyMasks = () => {
    tf.tidy(() => {
      kernels.forEach((kernel, i) => {
        kernel.assign(tf.mul(kernel, masks[i]!));
      });
    });
  };
  const renewMasks = (step: number, steps: number) => {
    tf.dispose(masks);
    masks = kernels.map((kernel) => magnitudeMask(kernel, sparsityAt(step, steps)));
  };
  const all = allImages(context.images);
  try {
    await fineTune(context, {
      model: repaired,
      epochs: EPOCHS,
      batchSize: BATCH,
      learningRate: LEARNING_RATE,
      fit: all,
      stage: STAGES.magnitude,
      stream: 'Magnitude pruning and fine-tuning',
      afterStep: (step, steps) => {
        if (step === 1 || step % RENEW_EVERY === 0 || step === steps) renewMasks(step, steps);
        applyMasks();
      },
    });
    return { kind: 'pruned', repaired, notes: [], dispose: () => repaired.dispose() };
  } catch (error) {
    repaired.dispose();
    throw error;
  } finally {
    tf.dispose(masks);
  }
}

/** Share of weights held at zero after a step of 1…steps. */
export function sparsityAt(step: number, steps: number): number {
  const left = 1 - Math.min(1, step / steps);
  return LAST_SPARSITY + (FIRST_SPARSITY - LAST_SPARSITY) * left ** POWER;
}

/** 1 for the weights that stay, 0 for the share of smallest magnitude. */
export function magnitudeMask(kernel: tf.Tensor, sparsity: number): tf.Tensor {
  const values = kernel.dataSync();
  const magnitudes = Float32Array.from(values, Math.abs).sort();
  const cut = Math.round(magnitudes.length * sparsity);
  const threshold = cut === 0 ? -1 : magnitudes[cut - 1]!;
  return tf.tensor(
    Float32Array.from(values, (value) => (Math.abs(value) > threshold ? 1 : 0)),
    kernel.shape,
  );
}
