// Registers tfjs-core's gradients, which no backend does.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { currentEngine } from '..';
import { loadCpuKernels } from '../cpu';
import type { WasmBackend } from '../wasm-backend';
import { registerAvgPoolGradient } from './avg-pool';
import { registerConv2DGradients } from './conv2d';
import { registerDepthwiseGradients } from './depthwise';
import { registerFallbacks } from './fallback';
import { registerIdentity } from './identity';
import { registerMatMul } from './matmul';
import { registerMaxPoolGradient } from './max-pool';
import { registerReductions } from './reductions';
import { SimdKernels } from './simd';
import { registerSlices } from './slice';
import { registerTile } from './tile';
import { registerTileGradient } from './tile-gradient';

/**
 * Makes the engine that runs able to train. tfjs-node and cpu already are; wasm lacks gradient kernels and has
 * slow ones, which are supplied here. Idempotent. Only for the offline step: never part of the Lambda bundle.
 * @throws Error when no engine has been started
 */
export async function enableTraining(): Promise<void> {
  if (currentEngine().name !== 'wasm') return;
  await loadCpuKernels();
  const done = tf.getKernel('Conv2DBackpropFilter', 'wasm') !== undefined;
  if (done) return;
  const simd = new SimdKernels(tf.backend() as WasmBackend);
  registerIdentity();
  registerConv2DGradients(simd);
  registerDepthwiseGradients(simd);
  registerMatMul();
  registerMaxPoolGradient(simd);
  registerAvgPoolGradient();
  registerReductions(simd);
  registerSlices();
  registerTile();
  registerTileGradient();
  registerFallbacks();
}
