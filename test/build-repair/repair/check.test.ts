import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silent } from '../../../build-repair/progress';
import { repair } from '../../../build-repair/repair/repair';
import { startEngine } from '../../../models/engine';
import type { ImageSet } from '../../../models/images/set';

const root = mkdtempSync(join(tmpdir(), 'goodnet-check-'));

/** Its largest values first, which TensorFlow.js has no gradient of. */
class Sorted extends layers.layers.Layer {
  static readonly className = 'Sorted';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = Array.isArray(inputs) ? inputs : [inputs];
    return tf.topk(input!, input!.shape.at(-1)!).values;
  }
}
tf.serialization.registerClass(Sorted);

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a net that the engine cannot train is refused as inspect refuses it, before a picture is read', async () => {
  const model = layers.sequential();
  model.add(layers.layers.flatten({ inputShape: [4, 4, 3] }));
  model.add(layers.layers.dense({ units: 8 }));
  model.add(new Sorted({}));
  model.add(layers.layers.dense({ units: 3 }));
  const shape = { height: 4, width: 4, channels: 3 };
  let read = 0;
  const clean: ImageSet = {
    ...{ name: 'clean', shape, size: 9, labelled: true, classNames: undefined, skipped: [] },
    batches() {
      read++;
      throw new Error('read');
    },
    close() {},
  };
  const net = { model, inputShape: shape, classes: 3, format: 'keras2', output: 'logits', notes: [] };
  const asked = {
    net: net as never,
    netPath: 'net.h5',
    clean,
    out: join(root, 'store'),
    method: 'expert',
  } as const;
  await expect(repair({ ...asked, alpha: 0.01, seed: 1, progress: silent, say() {} })).rejects.toMatchObject({
    message: expect.stringMatching(/can't be trained: .*TopK/),
    hint: expect.stringContaining('without that step'),
  });
  expect(read).toBe(0);
  model.dispose();
});
