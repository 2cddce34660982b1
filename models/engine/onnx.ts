import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { GoodNetError, messageOf } from '../errors';
import { findPackage } from './packages';

const packageName = 'onnxruntime-node';
/**
 * Optimizers that change answers: of 1.30 the one that puts a Pad into the MaxPool behind it, where it is no zeros any more, and into an
 * AveragePool whose window is no larger, which then is refused.
 */
const WRONG = 'Pad_Fusion';
/**
 * From 1.29 on ONNX Runtime sends its makers how it is used, with an identifier of the machine that it writes to the user's cache, unless this
 * stands in the environment before it starts (microsoft/onnxruntime, pull request 27379). It is the process's own environment that counts: in
 * a worker thread, whose `process.env` is a copy, it must stand there already.
 */
const NO_TELEMETRY = 'ORT_DISABLE_TELEMETRY';
/** Where `npm run setup:native` lays it inside node_modules. */
const FOLDER = '.onnxruntime';

/** ONNX Runtime as it runs in this process, on the CPU. */
export interface OnnxRuntime {
  readonly version: string;
  /** For people: `ONNX Runtime 1.30.0 (CPU)`. */
  readonly description: string;
  /**
   * Loads a graph.
   * @param file the bytes of a .onnx file
   * @throws Error what ONNX Runtime has against it
   */
  open(file: Uint8Array): Promise<OnnxSession>;
  /** How many graphs are loaded. */
  readonly loaded: number;
}

/** A graph that is loaded. */
export interface OnnxSession {
  /**
   * Runs it.
   * @param inputs by name, all that it has
   * @returns its outputs by name, row by row
   */
  run(inputs: Readonly<Record<string, OnnxInput>>): Promise<Readonly<Record<string, Float32Array>>>;
  /** Gives its memory back. */
  release(): void;
}

/** A tensor that is given to a graph: of 32-bit floats, or of 64-bit integers. */
export interface OnnxInput {
  readonly values: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** What is used of onnxruntime-node's interface. */
interface Library {
  readonly Tensor: new (type: string, data: OnnxInput['values'], dims: readonly number[]) => LibraryTensor;
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<LibrarySession> };
}

interface LibraryTensor {
  readonly data: Float32Array;
}

interface LibrarySession {
  run(feeds: Record<string, LibraryTensor>): Promise<Record<string, LibraryTensor>>;
  release(): Promise<void>;
}

/** Where onnxruntime-node is. @returns the path of its entry, or undefined where it is not installed */
export function findOnnxRuntime(): string | undefined {
  return findPackage(packageName, FOLDER);
}

/**
 * Loads onnxruntime-node. It sends nothing to anybody, unless `ORT_DISABLE_TELEMETRY` is set to 0.
 * @param threads that one graph runs on; by default one a core
 * @throws GoodNetError `environment` where it is not installed or does not load
 */
export function startOnnx(threads = availableParallelism()): OnnxRuntime {
  const entry = findOnnxRuntime();
  if (entry === undefined) throw unavailable(`is not installed: there is no ${packageName}`);
  const { library, version } = load(entry);
  let loaded = 0;
  return {
    version,
    description: `ONNX Runtime ${version} (CPU)`,
    get loaded() {
      return loaded;
    },
    async open(file) {
      const session = await library.InferenceSession.create(file, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        graphOptimizationLevel: 'all',
        extra: { optimization: { disable_specified_optimizers: WRONG } },
      });
      loaded++;
      return {
        async run(inputs) {
          const given = Object.entries(inputs).map(([name, { values, shape }]) => [
            name,
            new library.Tensor(values instanceof Float32Array ? 'float32' : 'int64', values, shape),
          ]);
          const answered = await session.run(Object.fromEntries(given));
          return Object.fromEntries(Object.entries(answered).map(([name, { data }]) => [name, data]));
        },
        release() {
          loaded--;
          void session.release();
        },
      };
    },
  };
}

function load(entry: string): { library: Library; version: string } {
  const require = createRequire(import.meta.url);
  process.env[NO_TELEMETRY] ??= '1';
  try {
    const library = require(entry) as Library;
    const { version } = require(join(dirname(entry), '..', 'package.json')) as { version: string };
    return { library, version };
  } catch (error) {
    throw unavailable(`is installed but does not load: ${messageOf(error).split('\n')[0]}`, error);
  }
}

function unavailable(what: string, cause?: unknown): GoodNetError {
  return new GoodNetError(`ONNX Runtime ${what}`, {
    code: 'ENGINE_UNAVAILABLE',
    hint: 'Run `npm run setup:native`, or choose the wasm engine (GOODNET_ENGINE=wasm).',
    cause,
  });
}
