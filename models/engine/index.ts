import { GoodNetError, messageOf, UsageError } from '../errors';
import { startCpu } from './cpu';
import { type Engine, type EngineName, engineNames } from './engine';
import { findTfjsNode, startNode } from './node';
import { startWasm } from './wasm';

export type { Engine, EngineName };

export interface EngineOptions {
  /** Which engine; by default `node` where tfjs-node is installed and loads, else `wasm`. */
  readonly engine?: EngineName;
  /** Folder of wasm's .wasm files; by default that of the installed package. */
  readonly wasmPath?: string;
}

let starting: Promise<Engine> | undefined;
let current: Engine | undefined;

/**
 * Chooses and starts the TensorFlow.js backend of this process. The first call decides; a later one gives the
 * same engine. The environment variable GOODNET_ENGINE overrides the option.
 * @throws UsageError for an engine there is no such name of, or another one than the one that runs
 * @throws GoodNetError `environment` where the engine that was asked for is not installed or does not load
 * @example const engine = await startEngine(); console.error(engine.description);
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const asked = askedFor(options);
  starting ??= start(asked, options.wasmPath);
  try {
    current = await starting;
  } catch (error) {
    starting = undefined;
    throw error;
  }
  if (asked !== undefined && asked !== current.name) {
    throw new UsageError(`The ${current.name} engine already runs; ${asked} can't be started beside it`, {
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

function askedFor(options: EngineOptions): EngineName | undefined {
  const fromEnvironment = process.env.GOODNET_ENGINE || undefined;
  const asked = fromEnvironment ?? options.engine;
  if (asked === undefined) return undefined;
  const known = engineNames.find((name) => name === asked);
  if (known === undefined) {
    const where = fromEnvironment === undefined ? '' : ' in GOODNET_ENGINE';
    throw new UsageError(`There is no engine '${asked}'${where}`, {
      hint: `Choose one of ${engineNames.join(', ')}.`,
    });
  }
  return known;
}

async function start(asked: EngineName | undefined, wasmPath: string | undefined): Promise<Engine> {
  if (asked === 'wasm') return startWasm(wasmPath);
  if (asked === 'cpu') return startCpu();
  if (asked === 'node') return startNode();
  if (findTfjsNode() === undefined) return startWasm(wasmPath);
  try {
    return await startNode();
  } catch (error) {
    if (!(error instanceof GoodNetError)) throw error;
    const engine = await startWasm(wasmPath);
    return { ...engine, description: `${engine.description}; not on node: ${messageOf(error)}` };
  }
}
