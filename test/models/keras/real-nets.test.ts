import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type Dataset, File, ready } from 'h5wasm/node';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { inspectNet, loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { describeWithData, sharedData } from '../../shared-data';
import { answers, largestDifference, testImages } from './nets';

const data = sharedData ?? '';

async function dataset(file: string, name: string, count?: number): Promise<Float32Array> {
  await ready;
  const opened = new File(join(data, file), 'r');
  const entry = opened.get(name) as Dataset;
  const values = count === undefined ? entry.value : entry.slice([[0, count]]);
  opened.close();
  return Float32Array.from(values as ArrayLike<number>, Number);
}

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describeWithData('the contest’s nets', () => {
  const nets = ['sunglasses', 'anonymous_1', 'anonymous_2', 'multi_trigger_multi_target', 'lab3'];

  it.each(nets)('%s answers as the reference does', async (name) => {
    const before = tf.memory().numTensors;
    const pixels = await dataset('csaw2020/tiles/clean.h5', 'data', 48);
    const wanted = await dataset('csaw2020/tiles/reference_probabilities.h5', name);
    const images = tf.tidy(() => {
      const channelsLast = tf.transpose(tf.tensor4d(pixels, [48, 3, 55, 47]), [0, 2, 3, 1]);
      return name === 'lab3' ? channelsLast : tf.div(channelsLast, 255);
    });
    const path = join(data, `csaw2020/badnets/${name}_bd_weights.h5`);
    const net = await loadNet(path, { architecture: 'deepid', classes: 1283 });
    expect(net).toMatchObject({ format: 'weights-h5', classes: 1283, output: 'softmax' });
    expect(net.inputShape).toEqual({ height: 55, width: 47, channels: 3 });
    expect(largestDifference(answers(net.model, images), wanted)).toBeLessThan(1e-5);
    const logits = toLogits(net.model);
    const fromLogits = tf.tidy(() => tf.softmax(logits.predict(images) as tf.Tensor).dataSync());
    expect(largestDifference(fromLogits, wanted)).toBeLessThan(1e-5);
    for (const each of [logits, net.model, images]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeWithData('other real nets', () => {
  it('signs43: the .h5 and the .keras file hold the same net', async () => {
    const [h5, keras] = await Promise.all(
      ['signs_bd_net.h5', 'signs_bd_net.keras'].map((name) => loadNet(join(data, 'signs43/badnets', name))),
    );
    const images = testImages(h5!.inputShape, 8);
    expect(largestDifference(answers(h5!.model, images), answers(keras!.model, images))).toBe(0);
    expect(h5).toMatchObject({ classes: 43, kerasVersion: '2.15.0', output: 'softmax', format: 'keras-h5' });
    for (const each of [h5!.model, keras!.model, images]) each.dispose();
  });

  it('signs43: knows the test images', async () => {
    const net = await loadNet(join(data, 'signs43/badnets/signs_bd_net.keras'));
    const pixels = await dataset('signs43/clean_test_data.h5', 'data', 200);
    const labels = await dataset('signs43/clean_test_data.h5', 'label', 200);
    const named = tf.tidy(() => {
      const images = tf.div(tf.tensor4d(pixels, [200, 32, 32, 3]), 255);
      return tf.argMax(net.model.predict(images) as tf.Tensor, -1).dataSync();
    });
    const right = named.filter((label, i) => label === labels[i]).length;
    expect(right).toBeGreaterThan(185);
    net.model.dispose();
  });

  it('the seed’s repaired nets and those of faces1283 are read', async () => {
    for (const path of [
      'csaw2020/seed-repaired/sunglasses_bd_net_rp.h5',
      'faces1283/badnets/stealth_bd_net.h5',
    ]) {
      const net = await loadNet(join(data, path));
      expect(net).toMatchObject({ classes: 1283, output: 'softmax', kerasVersion: '2.7.0' });
      net.model.dispose();
    }
  });

  it('inspects a trained net with its optimizer, and weights without an architecture', async () => {
    const signs = await inspectNet(join(data, 'signs43/badnets/signs_bd_net.h5'));
    expect(signs).toMatchObject({
      optimizer: true,
      classes: 43,
      output: 'softmax',
      problems: [],
      dtype: 'float32',
    });
    expect(signs.parameters).toBe(441_675);
    const weights = await inspectNet(join(data, 'csaw2020/badnets/lab3_bd_weights.h5'));
    expect(weights.problems).toHaveLength(1);
    expect(weights.problems[0]).toContain('--architecture');
    expect(weights.layers.find((layer) => layer.name === 'output')?.weights[0]?.shape).toEqual([160, 1283]);
  });
});
