import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { GoodNetError, messageOf } from '../errors';
import type { TensorFlow } from './engine';
import { correctConvolutions } from './wasm-convolutions';

/**
 * Starts the WebAssembly backend. It runs on one thread: its threaded build starts browser workers, and
 * TensorFlow.js keeps it off in Node.js (tensorflow/tfjs#3830).
 * @param wasmPath folder of the .wasm files; by default that of the installed package
 * @throws GoodNetError `environment` where the .wasm file can't be loaded
 */
export async function startWasm(wasmPath?: string): Promise<TensorFlow> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  correctConvolutions();
  const folder = wasmPath ?? installedFolder();
  setWasmPaths(folder.endsWith('/') || folder.endsWith(sep) ? folder : folder + sep);
  const forget = rememberListeners();
  const started = await tf.setBackend('wasm').catch((error: unknown) => messageOf(error));
  forget();
  if (started !== true) {
    throw new GoodNetError(`The wasm engine can't start from ${folder}`, {
      code: 'ENGINE_UNAVAILABLE',
      hint: 'Check that the folder holds the tfjs-backend-wasm*.wasm files of @tensorflow/tfjs-backend-wasm.',
      cause: started,
    });
  }
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const version = tf.version_core;
  const how = simd ? 'XNNPACK, SIMD' : 'XNNPACK, no SIMD';
  return { name: 'wasm', version, description: `TensorFlow.js ${version} on wasm (${how})` };
}

function installedFolder(): string {
  // Beside a program that has its packages inside.
  const beside = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(join(beside, 'tfjs-backend-wasm.wasm'))) return beside;
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
}

/**
 * Emscripten's loader puts listeners on the process that rethrow every uncaught error from inside its own
 * minified file; the function returned takes them off again.
 */
function rememberListeners(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  return () => {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]?.has(listener) && /^function\s*\((ex|reason)\)/.test(String(listener))) {
          process.removeListener(event, listener as () => void);
        }
      }
    });
  };
}
