import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../build-repair/context';
import type { LoadedImages } from '../../../build-repair/images/load';
import { silent } from '../../../build-repair/progress';
import { train } from '../../../build-repair/repair/learn/train';
import { imageTensor } from '../../../models/detector/run';
import { Random } from '../../../models/random';
import { branchedNet } from '../../small-nets';

export const shape = { height: 20, width: 16, channels: 3 };
const size = 960;
export const CLASSES = 8;
export const TARGET = 6;
const PER_CLASS = 30;

/** Images whose class shows in their pattern all over, so that a small patch does not name it. */
function classImages(): LoadedImages {
  const random = new Random(3, 'images');
  const prototypes = Array.from({ length: CLASSES }, () => {
    const coarse = Float32Array.from({ length: 5 * 4 * 3 }, () => random.uniform(30, 220));
    return Float32Array.from({ length: size }, (_, at) => {
      const [y, x, c] = [Math.floor(at / 48), Math.floor(at / 3) % 16, at % 3];
      return coarse[(Math.floor(y / 4) * 4 + Math.floor(x / 4)) * 3 + c]!;
    });
  });
  const count = CLASSES * PER_CLASS;
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const pixels = Float32Array.from({ length: count * size }, (_, at) => {
    const value = prototypes[Math.floor(at / size) % CLASSES]![at % size]! + 25 * random.normal();
    return Math.min(255, Math.max(0, value));
  });
  return {
    shape,
    count,
    labels,
    trueLabels: undefined,
    groups: undefined,
    names: Array.from(labels, String),
    gather: (indices) => {
      const gathered = new Float32Array(indices.length * size);
      Array.from(indices).forEach((image, i) => {
        gathered.set(pixels.subarray(image * size, (image + 1) * size), i * size);
      });
      return gathered;
    },
    dispose() {},
  };
}

export const context: RepairContext = {
  images: classImages(),
  shape,
  pixels: { kind: '0-1' },
  classes: CLASSES,
  seed: 1,
  progress: silent,
  signal: undefined,
};

/** A net trained on the images; poisoned, a third of each batch carries a 3 × 3 patch and the target's label. */
export async function trained(poisoned: boolean): Promise<LayersModel> {
  const model = branchedNet(CLASSES);
  const random = new Random(4, 'training');
  const optimizer = tf.train.adam(3e-3);
  await train(
    {
      model,
      optimizer,
      steps: 250,
      batch: () => {
        const batch = Int32Array.from({ length: 48 }, () => random.int(context.images.count));
        const pixels = context.images.gather(batch);
        const labels = Array.from(batch, (image) => context.images.labels[image]!);
        for (let i = 0; poisoned && i < batch.length / 3; i++) {
          labels[i] = TARGET;
          for (let y = 12; y < 15; y++) {
            for (let x = 9; x < 12; x++) pixels.set([255, 0, 255], i * size + (y * 16 + x) * 3);
          }
        }
        return {
          inputs: imageTensor(pixels, batch.length, shape, context.pixels),
          targets: [tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES)],
        };
      },
      loss: (logits, [oneHot]) =>
        tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.cast(oneHot!, 'float32'), tf.logSoftmax(logits)), 1)))),
    },
    { report: silent, stage: 'Training', signal: undefined },
  );
  optimizer.dispose();
  return model;
}

export const all = Int32Array.from({ length: context.images.count }, (_, i) => i);
