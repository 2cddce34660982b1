import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Values between −1 and 1, the same for a seed on every backend. */
export function random(shape: number[], seed: number): tf.Tensor {
  return tf.randomUniform(shape, -1, 1, 'float32', seed);
}

/** Tensors, and blocks of memory on both backends. */
function held(backends: readonly string[]): number[] {
  const blocks = backends.map((name) => (tf.findBackend(name) as tf.KernelBackend).numDataIds());
  return [tf.memory().numTensors, ...blocks];
}

/**
 * Computes on the backend that runs (wasm, in most tests) and on cpu and compares; nothing may be left behind, neither
 * tensors nor the backend's memory blocks.
 * The inputs are disposed of.
 */
export async function sameOnCpu(
  inputs: tf.Tensor[],
  compute: (...inputs: tf.Tensor[]) => tf.Tensor[],
  tolerance = 1e-4,
): Promise<void> {
  const values = await Promise.all(inputs.map(async (x) => ({ shape: x.shape, data: await x.data() })));
  tf.dispose(inputs);
  const own = tf.getBackend();
  const onBackend = async (name: string) => {
    await tf.setBackend(name);
    const before = held(['cpu', own]);
    const results = tf.tidy(() => compute(...values.map(({ shape, data }) => tf.tensor(data, shape))));
    const read = await Promise.all(
      results.map(async (x) => ({ shape: x.shape, data: [...(await x.data())] })),
    );
    tf.dispose(results);
    expect(held(['cpu', own])).toEqual(before);
    return read;
  };
  const expected = await onBackend('cpu').finally(() => tf.setBackend(own));
  const got = await onBackend(own);
  expect(got.map((x) => x.shape)).toEqual(expected.map((x) => x.shape));
  got.forEach((result, i) => {
    const wanted = expected[i]!.data;
    const scale = Math.max(1, ...wanted.map(Math.abs));
    const apart = Math.max(0, ...result.data.map((value, j) => Math.abs(value - wanted[j]!)));
    expect(apart / scale, `result ${i}`).toBeLessThan(tolerance);
  });
}
