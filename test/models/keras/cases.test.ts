import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { NetError } from '../../../models/errors';
import { inspectNet, loadNet } from '../../../models/keras';
import { describeWithCases, sharedCases } from '../../shared-data';
import { answers, largestDifference } from './nets';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

const at = (...names: string[]) => join(sharedCases!, ...names);

function numbers(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

describeWithCases('nets that were once read wrongly', () => {
  it.each([
    ['wasm-conv-same-stride-beyond-kernel', 'net'],
    ['wasm-conv-same-stride-beyond-kernel', 'net2'],
  ])('%s/%s answers as Keras does', async (folder, name) => {
    const { shape } = JSON.parse(readFileSync(at(folder, `${name}.json`), 'utf8')) as { shape: number[] };
    const net = await loadNet(at(folder, `${name}.keras`));
    const images = tf.tensor(numbers(at(folder, `${name}.x`)), shape);
    expect(largestDifference(answers(net.model, images), numbers(at(folder, `${name}.y`)))).toBeLessThan(
      1e-5,
    );
    tf.dispose(images);
    net.model.dispose();
  });

  it.each([
    'layer-as-activation/act_leakylayer_arg.keras',
    'layer-as-activation/act_leakylayer_arg.h5',
    'tf-nn-softmax-keras3/act_tfnn_softmax.keras',
    'windows-keras-archive/net.keras',
  ])('%s is read', async (path) => {
    const net = await loadNet(at(path));
    expect(net.output).toBe('softmax');
    net.model.dispose();
  });

  it('AutoContrast, which Keras applies when it classifies, is refused by name', async () => {
    const error = await loadNet(at('autocontrast-dropped', 'autocontrast.keras')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(NetError);
    expect(error.message).toContain('"auto_contrast" (AutoContrast)');
    expect(error.hint).toContain('applies it to images that it classifies');
  });

  it.each(['dilated-conv-repair-crash', 'layernorm-slow'])(
    '%s can be repaired, as inspect says',
    async (folder) => {
      const tensors = tf.memory().numTensors;
      expect((await inspectNet(at(folder, 'net.keras'))).problems).toEqual([]);
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );
});
