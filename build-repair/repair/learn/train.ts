import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rowsOf } from '../../../models/detector/run';
import { rowsToTrain } from '../../../models/nets/rows-at-once';
import { first, present } from '../../../models/present';
import type { Progress } from '../../progress';

/** What one training step works on; the tensors are freed after the step. */
export interface StepBatch {
  readonly inputs: tf.Tensor;
  /** Anything else that the loss needs. */
  readonly targets: tf.Tensor[];
}

/** Rows of a batch, from the first up to, not including, the second. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** A training run: how many steps, on what, towards what. */
export interface Training {
  readonly model: LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly steps: number;
  /**
   * Bytes that the process may take: a batch that would take more runs through the net in parts, whose gradients are added up. By default the
   * most that wasm can have.
   */
  readonly memory?: number | undefined;
  /** Makes the batch of a step (0…steps−1). */
  batch(step: number): StepBatch;
  /** What the inputs are turned into before the model takes them; left out: it takes them as they are. */
  prepare?(inputs: tf.Tensor): tf.Tensor;
  /**
   * The mean loss of some rows of a batch.
   * @param logits of the model for their inputs
   * @param rows which they are
   */
  loss(logits: tf.Tensor2D, targets: tf.Tensor[], rows: Rows): tf.Scalar;
  /** Told of the gradient of a step's loss by its inputs, value for value. */
  onInputGradient?(gradient: Float32Array): void;
  /** After a step's weights were changed; true ends the run early. */
  afterStep?(step: number, logits: tf.Tensor2D, targets: tf.Tensor[]): boolean | undefined;
}

/** The variables of a net that training may change. */
export function trainableVariables(model: LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
}

/** Sets the rate of Adam, which TensorFlow.js reads at every step and has no way to change. */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

/** Of each row with what is wanted of it: labels, or another net's answers. @param wanted n × N probabilities */
export function crossEntropy(logits: tf.Tensor2D, wanted: tf.Tensor): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(wanted, tf.logSoftmax(logits)), 1));
}

/**
 * Trains a net. Batch normalisation keeps its statistics and dropout stays off: the net is only adjusted, and by
 * far fewer images than it was trained on.
 * @throws whatever `signal` was aborted with, between two steps
 */
export async function train(
  training: Training,
  progress: { report: Progress; stage: string; signal: AbortSignal | undefined },
): Promise<void> {
  const variables = trainableVariables(training.model);
  for (let step = 0; step < training.steps; step++) {
    progress.signal?.throwIfAborted();
    const { inputs, targets } = training.batch(step);
    const made: tf.TensorContainer[] = [inputs, targets];
    let loss: number;
    let ended: boolean | undefined;
    try {
      const found = gradientsOf(training, variables, { inputs, targets });
      made.push(found.grads, found.logits, found.input);
      if (found.input) training.onInputGradient?.(found.input.dataSync() as Float32Array);
      training.optimizer.applyGradients(found.grads);
      loss = found.loss;
      ended = training.afterStep?.(step, found.logits, targets);
    } finally {
      tf.dispose(made);
    }
    const done = ended ? training.steps : step + 1;
    progress.report({ stage: progress.stage, done, total: training.steps, loss });
    if (ended) return;
    // Lets signals and timers in.
    await new Promise(setImmediate);
  }
}

interface Gradients {
  readonly grads: tf.NamedTensorMap;
  /** By the inputs, where that is asked for. */
  readonly input: tf.Tensor | undefined;
  readonly logits: tf.Tensor2D;
  readonly loss: number;
}

/** Gradients of a batch's mean loss, as many rows at once as memory allows. The tensors are the caller's. */
function gradientsOf(
  training: Training,
  variables: tf.Variable[],
  { inputs, targets }: StepBatch,
): Gradients {
  const rows = first(inputs.shape);
  const most = rowsToTrain(training.model, training.memory);
  if (rows <= most) return gradientsOfRows(training, variables, { inputs, targets }, { from: 0, to: rows });
  const parts: Gradients[] = [];
  let grads: tf.NamedTensorMap = {};
  let loss = 0;
  try {
    for (let from = 0; from < rows; from += most) {
      const to = Math.min(rows, from + most);
      const share = (to - from) / rows;
      const given = tf.tidy(() => ({
        inputs: rowsOf(inputs, from, to),
        targets: targets.map((each) => rowsOf(each, from, to)),
      }));
      const before = grads;
      try {
        const part = gradientsOfRows(training, variables, given, { from, to });
        const { input } = part;
        parts.push({ ...part, grads: {}, input: input && tf.tidy(() => tf.mul(input, share)) });
        grads = tf.tidy(() => addedUp(before, part.grads, share));
        loss += share * part.loss;
        tf.dispose([part.grads, ...(input ? [input] : [])]);
      } finally {
        tf.dispose([given.inputs, given.targets, before]);
      }
    }
    const ofInputs = parts.flatMap(({ input }) => input ?? []);
    const input = ofInputs.length > 0 ? tf.tidy(() => tf.concat(ofInputs)) : undefined;
    return { grads, input, logits: tf.tidy(() => tf.concat(parts.map(({ logits }) => logits))), loss };
  } catch (error) {
    tf.dispose(grads);
    throw error;
  } finally {
    tf.dispose(parts.flatMap(({ input, logits }) => (input ? [input, logits] : [logits])));
  }
}

function addedUp(sums: tf.NamedTensorMap, grads: tf.NamedTensorMap, share: number): tf.NamedTensorMap {
  return Object.fromEntries(
    Object.entries(grads).map(([name, each]) => {
      const own = tf.mul(each, share);
      return [name, sums[name] ? tf.add(sums[name], own) : own];
    }),
  );
}

function gradientsOfRows(
  training: Training,
  variables: tf.Variable[],
  { inputs, targets }: StepBatch,
  rows: Rows,
): Gradients {
  let logits: tf.Tensor2D | undefined;
  const watched = training.onInputGradient && tf.variable(inputs);
  try {
    const { value, grads } = tf.variableGrads(
      () => {
        const given = watched ?? inputs;
        const answered = training.model.apply(training.prepare?.(given) ?? given, {
          training: false,
        }) as tf.Tensor2D;
        logits = tf.keep(answered.clone());
        return training.loss(answered, targets, rows);
      },
      watched ? [...variables, watched] : variables,
    );
    const loss = first(value.dataSync());
    value.dispose();
    const input = watched && grads[watched.name];
    if (watched) delete grads[watched.name];
    return { grads, input, logits: present(logits, 'The logits'), loss };
  } catch (error) {
    logits?.dispose();
    throw error;
  } finally {
    watched?.dispose();
  }
}

/** Share of rows whose largest logit is at the label, 0–1. */
export function batchAccuracy(logits: tf.Tensor2D, labels: ArrayLike<number>): number {
  const predicted = tf.tidy(() => tf.argMax(logits, 1).dataSync());
  let right = 0;
  for (let i = 0; i < predicted.length; i++) if (predicted[i] === labels[i]) right++;
  return right / predicted.length;
}

/** Picks the images of each batch: random order, every image once an epoch. */
export class BatchOrder {
  private order: Int32Array = new Int32Array(0);
  private at = 0;

  constructor(
    private readonly images: Int32Array,
    private readonly batchSize: number,
    private readonly permute: (n: number) => Int32Array,
  ) {}

  /** The next batch's images; the last batch of an epoch may be filled up from the next. */
  next(): Int32Array {
    const batch = new Int32Array(Math.min(this.batchSize, this.images.length));
    for (let i = 0; i < batch.length; i++) {
      if (this.at === this.order.length) {
        this.order = this.permute(this.images.length);
        this.at = 0;
      }
      batch[i] = this.images[this.order[this.at++]!]!;
    }
    return batch;
  }
}
