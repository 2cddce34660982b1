import * as tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from './engine';

/** Starts the plain JavaScript backend: the slowest, and the one the others are checked against. */
export async function startCpu(): Promise<TensorFlow> {
  await loadCpuKernels();
  await tf.setBackend('cpu');
  const version = tf.version_core;
  return { name: 'cpu', version, description: `TensorFlow.js ${version} on cpu (plain JavaScript)` };
}

/** Registers the cpu backend and its kernels, without starting it. */
export async function loadCpuKernels(): Promise<void> {
  // By a variable, so that a bundler leaves it out of the Lambda bundle, which only ever runs wasm.
  const packageName = '@tensorflow/tfjs-backend-cpu';
  await import(packageName);
  // Its first use would advise everybody to install tfjs-node.
  const backend = tf.findBackend('cpu') as unknown as { firstUse: boolean };
  backend.firstUse = false;
}
