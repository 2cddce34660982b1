import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { outputsOf } from '../detector/run';
import { coded, messageOf, NetError } from '../errors';
import { first } from '../present';
import { toLogits } from './logits';
import { outputOf } from './output';

/**
 * Tries what a repair does first: the net's logits, whose softmax must be its answers, and the gradients of all its weights, for one image.
 * An engine must run; it is made able to train.
 * @param model a classifier with one input and one output
 * @throws NetError where the engine can't compute them
 */
export function checkTrainable(model: LayersModel): Promise<void> {
  return coded('NET_NOT_TRAINABLE', () => tryToTrain(model));
}

async function tryToTrain(model: LayersModel): Promise<void> {
  // Only here, so that what answers images alone loads nothing of it.
  const { enableTraining } = await import('../engine/training');
  await enableTraining();
  let logits: LayersModel | undefined;
  try {
    const net = toLogits(model);
    logits = net;
    checkAnswers(model, net);
    tf.tidy(() => {
      const image = tf.fill([1, ...(first(model.inputs).shape.slice(1) as number[])], 0.5);
      const weights = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const loss = () => tf.sum(tf.logSoftmax(net.apply(image, { training: true }) as tf.Tensor));
      if (weights.length > 0) tf.variableGrads(loss as () => tf.Scalar, weights);
    });
  } catch (cause) {
    if (cause instanceof NetError) throw cause;
    throw new NetError(`The net can't be trained: ${messageOf(cause)}`, {
      hint: 'Build the net without that step and save it again.',
      cause,
    });
  } finally {
    logits?.dispose();
  }
}

/** More than rounding. Origin: chosen by hand; nets of the fixtures and of ../shared/data differ by less than 1e-5. */
const DIFFERENT = 1e-3;

/** @throws NetError where a net that ends in softmax answers otherwise than by the softmax of its logits: scaled, or of several places */
function checkAnswers(model: LayersModel, logits: LayersModel): void {
  if (outputOf(first(model.outputs)) !== 'softmax') return;
  const difference = tf.tidy(() => {
    const image = tf.randomUniform(
      [1, ...(first(model.inputs).shape.slice(1) as number[])],
      0,
      1,
      'float32',
      1,
    );
    // Not by predict: it frees a tensor that a layer takes twice before the next one takes it.
    const own = tf.softmax(first(outputsOf(logits, image)));
    return first(tf.max(tf.abs(tf.sub(first(outputsOf(model, image)), own))).dataSync());
  });
  if (difference <= DIFFERENT) return;
  throw new NetError(
    "The net changes its probabilities after the softmax, so they are not its logits' any more",
    {
      hint: 'Take the layers behind the softmax off, and save the net again.',
    },
  );
}
