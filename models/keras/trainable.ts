import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { messageOf, NetError } from '../errors';
import { toLogits } from './logits';

/**
 * Tries what a repair does first: the net's logits, and the gradients of all its weights, for one image.
 * An engine must run; it is made able to train.
 * @param model a classifier with one input and one output
 * @throws NetError where the engine can't compute them
 */
export async function checkTrainable(model: LayersModel): Promise<void> {
  // Only here, so that what answers images alone loads nothing of it.
  const { enableTraining } = await import('../engine/training');
  await enableTraining();
  let logits: LayersModel | undefined;
  try {
    const net = toLogits(model);
    logits = net;
    tf.tidy(() => {
      const image = tf.fill([1, ...(model.inputs[0]!.shape.slice(1) as number[])], 0.5);
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
