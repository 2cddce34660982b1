import { currentEngine } from '..';
import { registerConv2DGradients } from './conv2d';
import { registerFallbacks } from './fallback';
import { registerMatMul } from './matmul';
import { registerMaxPoolGradient } from './max-pool';

/**
 * Makes the engine that runs able to train. tfjs-node and cpu already are; wasm lacks gradient kernels and has
 * slow ones, which are supplied here. Idempotent. Only for the offline step: never part of the Lambda bundle.
 * @throws Error when no engine has been started
 */
export async function enableTraining(): Promise<void> {
  if (currentEngine().name !== 'wasm') return;
  registerConv2DGradients();
  registerMatMul();
  registerMaxPoolGradient();
  await registerFallbacks();
}
