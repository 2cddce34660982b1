import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Progress } from '../../../build-repair/progress';
import { BatchOrder, setLearningRate, trainableVariables } from '../../../build-repair/repair/learn/train';
import { imageTensor } from '../../../models/detector/run';
import { Random } from '../../../models/random';
import type { Armed } from './arm';
import type { Attack } from './catalogue';
import type { AttackData } from './data';
import { answerLoss, marginLoss, wantedMargins } from './losses';
import { FeatureMatch } from './matched';
import { Poisoner } from './poison';
import { teacherOf } from './teacher';
import { varying } from './vary';

const BATCH = 64;
/** Adam's. */
const RATE = 1e-3;

/** Training steps of an attack. */
export function stepsOf(attack: Attack, data: AttackData): number {
  return Math.ceil((attack.epochs * data.train.length) / BATCH);
}

/**
 * Trains a clean net on images of which some carry a trigger; to the others, and to mixtures of them, it is to answer as
 * before. Batch normalisation and dropout work as in any training.
 * @param model ends in logits; takes pixels scaled to 0–1
 */
export async function trainAttack(
  attack: Attack,
  model: LayersModel,
  data: AttackData,
  armed: readonly Armed[],
  seed: number,
  progress: Progress,
): Promise<void> {
  const random = new Random(seed, `order of ${attack.name}`);
  const order = new BatchOrder(data.train, BATCH, (n) => random.permutation(n));
  const augmenter = varying(attack.set, data.shape, seed, attack.name);
  const poisoner = new Poisoner(data, armed, attack, (pixels) => augmenter.vary(pixels), seed);
  const teacher = teacherOf(model);
  const match = attack.matched ? new FeatureMatch(model, data, armed, random) : undefined;
  const optimizer: tf.Optimizer = tf.train.adam(RATE);
  const variables = trainableVariables(model);
  const steps = stepsOf(attack, data);
  for (let step = 0; step < steps; step++) {
    setLearningRate(optimizer, RATE * (0.02 + 0.49 * (1 + Math.cos((Math.PI * step) / steps))));
    const batch = order.next();
    const { pixels, clean, labels, poisoned } = poisoner.make(batch);
    const tensorOf = (of: Float32Array) => imageTensor(of, batch.length, data.shape, { kind: '0-1' });
    const [inputs, asked] = [tensorOf(pixels), tensorOf(clean)];
    const lesson = { labels, poisoned, teacher: teacher.teach(asked) };
    const wanted = attack.stealthy ? wantedMargins(lesson, data.classes, random) : undefined;
    const means = match?.means();
    const answersOf = (logits: tf.Tensor2D) =>
      wanted ? marginLoss(logits, lesson, wanted) : answerLoss(logits, lesson);
    const { value, grads } = tf.variableGrads(() => {
      if (!match) return answersOf(model.apply(inputs, { training: true }) as tf.Tensor2D);
      const { logits, features } = match.apply(inputs);
      return tf.add(answersOf(logits), match.loss(features, labels, poisoned, means!)) as tf.Scalar;
    }, variables);
    if (means) tf.dispose(means as never);
    optimizer.applyGradients(grads);
    progress({ stage: `Training ${attack.name}`, done: step + 1, total: steps, loss: value.dataSync()[0]! });
    tf.dispose([value, grads, inputs, asked]);
    await new Promise(setImmediate);
  }
  optimizer.dispose();
  teacher.dispose();
}
