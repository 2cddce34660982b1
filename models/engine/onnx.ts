import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { GoodNetError, messageOf } from '../errors';
import { findPackage } from './packages';

const packageName = 'onnxruntime-node';
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
   * @param input its one input, any number of rows
   * @param shape of the input
   * @returns its outputs by name, row by row
   */
  run(input: Float32Array, shape: readonly number[]): Promise<Readonly<Record<string, Float32Array>>>;
  /** Gives its memory back. */
  release(): void;
}

/** What is used of onnxruntime-node's interface. */
interface Library {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => LibraryTensor;
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<LibrarySession> };
}

interface LibraryTensor {
  readonly data: Float32Array;
}

interface LibrarySession {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, LibraryTensor>): Promise<Record<string, LibraryTensor>>;
  release(): Promise<void>;
}

/** Where onnxruntime-node is. @returns the path of its entry, or undefined where it is not installed */
export function findOnnxRuntime(): string | undefined {
  return findPackage(packageName, FOLDER);
}

/**
 * Loads onnxruntime-node.
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
      });
      loaded++;
      const [inputName] = session.inputNames;
      return {
        async run(input, shape) {
          const answered = await session.run({ [inputName!]: new library.Tensor('float32', input, shape) });
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
    kind: 'environment',
    hint: 'Run `npm run setup:native`, or choose the wasm engine (GOODNET_ENGINE=wasm).',
    cause,
  });
}
