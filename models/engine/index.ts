import { GoodNetError, messageOf, UsageError } from '../errors';
import { startCpu } from './cpu';
import { type BackendName, type Engine, type EngineName, engineNames, type TensorFlow } from './engine';
import { findTfjsNode, startNode } from './node';
import { findOnnxRuntime, startOnnx } from './onnx';
import { startWasm } from './wasm';

export type { BackendName, Engine, EngineName };

export interface EngineOptions {
  /**
   * Which engine: `onnx` answers on ONNX Runtime and trains on TensorFlow.js, the others are a TensorFlow.js for both. By default
   * ONNX Runtime answers where onnxruntime-node is installed and loads.
   */
  readonly engine?: EngineName;
  /** Which TensorFlow.js where `engine` leaves it open; by default `node` where tfjs-node is installed and loads, else `wasm`. */
  readonly tensorflow?: Exclude<BackendName, 'cpu'>;
  /** Whether anything is trained, or computed on TensorFlow.js; true where it is left out. Else wasm loads nets where ONNX Runtime answers. */
  readonly trains?: boolean;
  /** Folder of wasm's .wasm files; by default that of the installed package. */
  readonly wasmPath?: string;
  /** Threads of ONNX Runtime; by default one a core. */
  readonly threads?: number | undefined;
}

let starting: Promise<Engine> | undefined;
let current: Engine | undefined;

/**
 * Chooses and starts what runs nets in this process. The first call decides; a later one gives the same engine. The environment
 * variable GOODNET_ENGINE overrides the option.
 * @throws UsageError for an engine there is no such name of, or another one than the one that runs
 * @throws GoodNetError `environment` where the engine that was asked for is not installed or does not load
 * @example const engine = await startEngine(); console.error(engine.description);
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const wanted = askedFor(options);
  starting ??= start(wanted, options);
  try {
    current = await starting;
  } catch (error) {
    starting = undefined;
    throw error;
  }
  if (wanted !== undefined && wanted !== nameOf(current)) {
    throw new UsageError(`The ${nameOf(current)} engine already runs; ${wanted} can't be started beside it`, {
      hint: 'Start another process for the other engine.',
    });
  }
  return current;
}

/**
 * The engine that runs.
 * @throws Error when none has been started: a defect of the caller
 */
export function currentEngine(): Engine {
  if (current === undefined) throw new Error('No engine runs yet: call startEngine() first');
  return current;
}

/** The name by which an engine may be asked for. */
export function nameOf({ name, onnx }: Engine): EngineName {
  return onnx ? 'onnx' : name;
}

function askedFor(options: EngineOptions): EngineName | undefined {
  const fromEnvironment = process.env.GOODNET_ENGINE || undefined;
  const wanted = fromEnvironment ?? options.engine;
  if (wanted === undefined) return undefined;
  const known = engineNames.find((name) => name === wanted);
  if (known === undefined) {
    const where = fromEnvironment === undefined ? '' : ' in GOODNET_ENGINE';
    throw new UsageError(`There is no engine '${wanted}'${where}`, {
      hint: `Choose one of ${engineNames.join(', ')}.`,
    });
  }
  return known;
}

async function start(wanted: EngineName | undefined, options: EngineOptions): Promise<Engine> {
  const { tensorflow, trains = true, wasmPath, threads } = options;
  const withOnnx = async () => {
    const onnx = startOnnx(threads);
    return both(onnx, await startTensorFlow(trains ? tensorflow : 'wasm', wasmPath));
  };
  if (wanted === 'onnx') return withOnnx();
  if (wanted !== undefined) return alone(await startTensorFlow(wanted, wasmPath));
  if (findOnnxRuntime() === undefined) return alone(await startTensorFlow(tensorflow, wasmPath));
  return either(withOnnx, async (why) => {
    const engine = await startTensorFlow(tensorflow, wasmPath);
    return alone({ ...engine, description: `${engine.description}; not on ONNX Runtime: ${why}` });
  });
}

const alone = (all: TensorFlow): Engine => ({ ...all, trains: all.description });

const both = (onnx: NonNullable<Engine['onnx']>, tensorflow: TensorFlow): Engine => ({
  ...tensorflow,
  description: `${onnx.description}, beside ${tensorflow.description}`,
  trains: tensorflow.description,
  onnx,
});

async function startTensorFlow(
  wanted: BackendName | undefined,
  wasmPath: string | undefined,
): Promise<TensorFlow> {
  if (wanted === 'wasm') return startWasm(wasmPath);
  if (wanted === 'cpu') return startCpu();
  if (wanted === 'node') return startNode();
  if (findTfjsNode() === undefined) return startWasm(wasmPath);
  return either(startNode, async (why) => {
    const engine = await startWasm(wasmPath);
    return { ...engine, description: `${engine.description}; not on node: ${why}` };
  });
}

/** What is started, or where the environment does not let it what comes in its place. @param instead is told why */
async function either<T>(
  started: () => T | Promise<T>,
  instead: (why: string) => T | Promise<T>,
): Promise<T> {
  try {
    return await started();
  } catch (error) {
    if (!(error instanceof GoodNetError)) throw error;
    return await instead(messageOf(error));
  }
}
