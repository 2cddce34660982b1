import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { last } from '../present';
import { Conv2D, finished, imagesOf } from './convolution';

type GroupedArgs = Parameters<typeof layers.conv2d>[0] & { groups: number };

/**
 * A Conv2D whose filters each see one group of neighbouring channels, as Keras's does with `groups`; TensorFlow.js has none.
 * Options and weights are otherwise those of Conv2D, the kernel (rows, columns, channels / groups, filters). Importing this
 * file makes it known to loaders of saved nets.
 */
export class GroupedConv2D extends Conv2D {
  static readonly className = 'GoodNetGroupedConv2D';
  readonly #groups: number;

  constructor(args: GroupedArgs) {
    super(args);
    this.#groups = args.groups;
  }

  override build(inputShape: (number | null)[]): void {
    super.build([...inputShape.slice(0, -1), last(inputShape) / this.#groups]);
    // It would ask for as many channels as a group has.
    this.inputSpec = [];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = imagesOf(inputs);
      const kernels = tf.split(this.kernel.read(), this.#groups, 3);
      const parts = tf
        .split(x, this.#groups, 3)
        .map((part, i) =>
          tf.conv2d(part as tf.Tensor4D, kernels[i] as tf.Tensor4D, this.strides, this.padding),
        );
      return finished(this, tf.concat(parts, 3));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.#groups };
  }
}

tf.serialization.registerClass(GroupedConv2D);
