import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { outputsOf } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { cutPoints, latentTensor, trunkCut } from '../../../models/nets/cut';
import { featureNet } from '../../../models/nets/features';
import { copyNet } from '../../../models/nets/graph';
import { branchedNet, chainNet } from '../../small-nets';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

function values(model: tfl.LayersModel, input: tf.Tensor): number[][] {
  return outputsOf(model, input).map((each) => Array.from(each.dataSync()));
}

function input(shape: number[]): tf.Tensor {
  return tf.randomUniform([3, ...shape], 0, 1, 'float32', 7);
}

test('a copy of a net that calls a layer twice is freed as a whole', () => {
  const image = tfl.input({ shape: [8, 8, 3] });
  const twice = tfl.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
  const output = tfl.layers.flatten().apply(twice.apply(twice.apply(image))) as tfl.SymbolicTensor;
  const net = tfl.model({ inputs: image, outputs: output });
  const before = tf.memory().numTensors;
  copyNet(net).dispose();
  expect(tf.memory().numTensors).toBe(before);
  net.dispose();
});

describe('cutting a net', () => {
  test('a branched net is cut before its branches part, never inside one', () => {
    const net = copyNet(branchedNet());
    const names = cutPoints(net).map(({ tensor }) => tensor.name.split('/')[0]);
    expect(names).toEqual(['conv_1', 'pool_1', 'conv_3', 'pool_3', 'add', 'relu', 'output']);
    expect(trunkCut(net)?.name).toMatch(/^pool_3/);
    expect(latentTensor(net).name).toMatch(/^relu/);
    net.dispose();
  });

  test.each([
    ['chain', chainNet, [12, 10, 3]],
    ['branched', branchedNet, [20, 16, 3]],
  ] as const)('a %s net with its features answers as the net', (_name, make, shape) => {
    const net = make();
    const flat = copyNet(net);
    const x = input([...shape]);
    const whole = values(net, x)[0]!;
    expect(values(flat, x)[0]).toEqual(whole);

    const [logits, latent, trunk] = outputsOf(featureNet(flat, 'bad').net, x);
    expect(Array.from(logits!.dataSync())).toEqual(whole);
    expect(latent!.shape[1]).toBeGreaterThan(1);
    expect(trunk!.shape).toHaveLength(4);
  });

  test('nested models are laid flat, a shared one stays shared', () => {
    const inner = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          inputShape: [8, 8, 3],
          filters: 4,
          kernelSize: 3,
          activation: 'relu',
          name: 'conv',
        }),
        tfl.layers.flatten({ name: 'flat' }),
      ],
    });
    const image = tfl.input({ shape: [8, 8, 3] });
    const flipped = tfl.layers
      .activation({ activation: 'relu', name: 'again' })
      .apply(image) as tfl.SymbolicTensor;
    const both = tfl.layers
      .concatenate({ name: 'both' })
      .apply([inner.apply(image) as tfl.SymbolicTensor, inner.apply(flipped) as tfl.SymbolicTensor]);
    const net = tfl.model({
      inputs: image,
      outputs: tfl.layers.dense({ units: 4, name: 'output' }).apply(both) as tfl.SymbolicTensor,
    });
    const flat = copyNet(net, 'flat');
    expect(flat.layers.filter((layer) => layer.getClassName() === 'Conv2D')).toHaveLength(1);
    const x = input([8, 8, 3]);
    expect(values(flat, x)).toEqual(values(net, x));
  });

  test('copies have weights of their own, and give them back', () => {
    const net = chainNet();
    const x = input([12, 10, 3]);
    const before = values(net, x)[0]!;
    // One is the answer that `values` asks for.
    const tensors = tf.memory().numTensors;
    const copy = copyNet(net);
    tf.tidy(() => {
      copy.setWeights(copy.getWeights().map((weight) => tf.mul(weight, 2)));
    });
    expect(values(net, x)[0]).toEqual(before);
    copy.dispose();
    expect(tf.memory().numTensors).toBe(tensors + 1);
  });
});
