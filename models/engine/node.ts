import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { GoodNetError, messageOf } from '../errors';
import type { TensorFlow } from './engine';
import { registerStridedPoints } from './node-strided-points';
import { findPackage } from './packages';

const packageName = '@tensorflow/tfjs-node';
const hint = 'Run `npm run setup:native`, or choose the wasm engine (GOODNET_ENGINE=wasm).';

/** Where tfjs-node is. @returns the path of its entry, or undefined where it is not installed */
export function findTfjsNode(): string | undefined {
  return findPackage(packageName, '.native');
}

/**
 * Starts tfjs-node: libtensorflow's own kernels, on every core. The same from run to run on one machine; the
 * order of its sums depends on the number of cores.
 * @throws GoodNetError `environment` where it is not installed or does not load
 */
export async function startNode(): Promise<TensorFlow> {
  const entry = findTfjsNode();
  if (entry === undefined) {
    throw new GoodNetError(`The node engine is not installed: there is no ${packageName}`, {
      code: 'ENGINE_UNAVAILABLE',
      hint,
    });
  }
  giveBackUtilFunctions();
  // libtensorflow logs each CPU feature it finds; errors still show.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // The same bits from run to run on a GPU too; on the CPU it costs nothing.
  process.env.TF_DETERMINISTIC_OPS ??= '1';
  const native = load(entry);
  if (tf.findBackend('tensorflow') === null) {
    throw new GoodNetError(`${packageName} at ${entry} brought its own copy of @tensorflow/tfjs-core`, {
      code: 'ENGINE_UNAVAILABLE',
      hint: `Install ${packageName} ${tf.version_core}, the version of @tensorflow/tfjs-core.`,
    });
  }
  await tf.setBackend('tensorflow');
  const device = native.isUsingGpuDevice() ? 'GPU' : 'CPU';
  const version = tf.version_core;
  const library = `TensorFlow ${native.TF_Version}, ${device}`;
  registerStridedPoints();
  return { name: 'node', version, description: `TensorFlow.js ${version} on node (${library})` };
}

interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

function load(entry: string): Binding {
  try {
    createRequire(import.meta.url)(entry);
    const backend = tf.findBackend('tensorflow') as unknown as { binding: Binding } | null;
    return backend?.binding ?? { TF_Version: 'unknown', isUsingGpuDevice: () => false };
  } catch (error) {
    const reason = messageOf(error).split('\n')[0];
    throw new GoodNetError(`The node engine is installed but does not load: ${reason}`, {
      code: 'ENGINE_UNAVAILABLE',
      hint,
      cause: error,
    });
  }
}

/** tfjs-node 4.22.0 calls two functions of node:util that Node.js 22 warns of and Node.js 23 no longer has. */
function giveBackUtilFunctions(): void {
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  old.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
