import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Progress } from '../../../build-repair/progress';
import { BatchOrder, setLearningRate, trainableVariables } from '../../../build-repair/repair/learn/train';
import { imageTensor, outputsOf, valuesOf } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { AttackData } from './data';
import { followLoss } from './losses';
import { mix } from './mix';
import type { Varying } from './vary';

const BATCH = 64;
const RATE = 2e-3;
/** Share of images of a batch that are mixed with another. */
const MIXED = 0.5;

/**
 * Trains a clean net from scratch on the attacker's clean images, varied and half of them mixed with others
 * (Zhang et al., mixup, 2018), towards what a teacher answers to them. With the labels alone it names 46 % of signs
 * that it hasn't seen; the teacher, trained on many more images, lends it what it knows. No image carries a trigger.
 * @param model the net to train, ending in logits
 * @param teacher ends in logits
 */
export async function trainBase(
  model: LayersModel,
  teacher: LayersModel,
  data: AttackData,
  augmenter: Varying,
  { seed, steps }: { readonly seed: number; readonly steps: number },
  progress: Progress,
): Promise<void> {
  const random = new Random(seed, 'base');
  const order = new BatchOrder(data.train, BATCH, (n) => random.permutation(n));
  const optimizer: tf.Optimizer = tf.train.adam(RATE);
  const variables = trainableVariables(model);
  for (let step = 0; step < steps; step++) {
    setLearningRate(optimizer, RATE * (0.02 + 0.49 * (1 + Math.cos((Math.PI * step) / steps))));
    const batch = order.next();
    const pixels = augmenter.vary(data.attackers.gather(batch));
    const others = batch.slice(0, Math.round(MIXED * batch.length)).map(() => random.pick(data.train));
    mix(pixels, augmenter.vary(data.attackers.gather(others)), imageSize(data.shape), random);
    const inputs = imageTensor(pixels, batch.length, data.shape, { kind: '0-1' });
    const taught = valuesOf(() => outputsOf(teacher, inputs)[0]!);
    const { value, grads } = tf.variableGrads(
      () => followLoss(model.apply(inputs, { training: true }) as tf.Tensor2D, taught),
      variables,
    );
    optimizer.applyGradients(grads);
    progress({ stage: `Training ${model.name}`, done: step + 1, total: steps, loss: value.dataSync()[0]! });
    tf.dispose([value, grads, inputs]);
    await new Promise(setImmediate);
  }
  optimizer.dispose();
}
