import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MALLOC } from '../../../functions/small-heap';
import { cacheFolder } from '../../../scripts/native/steps.mjs';
import { type Answered, RuntimeApi } from './runtime-api';

const home = join(cacheFolder(), 'aws-lambda-ric-4.0.2');

/** Whether AWS's own runtime client is here; said once where it is not. */
export const hasRuntimeClient = existsSync(home);
if (!hasRuntimeClient) console.log('Skipped: node scripts/lambda-runtime.mjs has not been run.');

export interface InstanceOptions {
  /** The folder that the function's zip was unpacked to. */
  readonly folder: string;
  /** `index.handler` */
  readonly handler: string;
  readonly env: Record<string, string>;
}

/** An instance of a function, as Lambda starts it. */
export interface Instance {
  /** Milliseconds from the process's start until the handler was loaded. */
  readonly startedIn: number;
  invoke(event: unknown): Promise<Answered>;
  /** Bytes of memory that the process holds, and the most that it has held. */
  memory(): { readonly resident: number; readonly most: number };
  /** Milliseconds of a processor that the process has taken so far: what others on this machine take is not in it. */
  processor(): number;
  /** What it has written to its log. */
  log(): string;
  close(): Promise<void>;
}

/**
 * Starts a function on Node.js 24 under AWS's own runtime client against a runtime API on this machine, with an
 * environment like Lambda's, and nothing of this process's.
 * @throws Error with the log, where the function does not start
 */
export async function startInstance({ folder, handler, env }: InstanceOptions): Promise<Instance> {
  const api = new RuntimeApi();
  const AWS_LAMBDA_RUNTIME_API = await api.address;
  const start = performance.now();
  const node = readFileSync(join(home, 'node'), 'utf8');
  const child = spawn(node, [join(home, 'node_modules/aws-lambda-ric/index.mjs'), handler], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/bin:/bin',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      AWS_LAMBDA_RUNTIME_API,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'goodnet',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/goodnet',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/03/10/[1]0123456789abcdef0123456789abcdef',
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler,
      // As the stacks set it.
      ...MALLOC,
      ...env,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      log += part;
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const endedFirst = () =>
    ended.then(() => {
      throw new Error(`the process ended:\n${log}`);
    });
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    await api.close();
  };
  try {
    await Promise.race([api.ready, endedFirst()]);
  } catch (error) {
    await close();
    throw new Error(`The function does not start: ${(error as Error).message}\n${log}`);
  }
  return {
    startedIn: performance.now() - start,
    invoke: (event) => Promise.race([api.invoke(event), endedFirst()]),
    memory: () => memoryOf(child.pid!),
    processor: () => processorOf(child.pid!).own,
    log: () => log,
    close,
  };
}

function memoryOf(pid: number): { resident: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
  return { resident: bytes('VmRSS'), most: bytes('VmHWM') };
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** Milliseconds of a processor that a process has taken, and those of its children that have ended. Linux only. */
export function processorOf(pid: number | 'self'): { own: number; children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15);
  return { own: TICK_MS * (user! + system!), children: TICK_MS * (childrenUser! + childrenSystem!) };
}
