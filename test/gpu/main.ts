// `npm run check:gpu`, for whoever has an NVIDIA GPU with `npm run setup:native` (or the repair's container): repairs the demo's BadNet on it,
// with the check that wasm, which serves, gives the same p-values; says how far they are apart, with TF32 off and on, and what was
// repaired in which time. Some minutes. It fails where no GPU is found, or p-values part with TF32 off.
// `npm run check:gpu -- --cpu` rehearses it without a GPU: all but what the GPU itself says.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArgs } from '../command-line';
import { readRepairLog } from './repair-log';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/goodnet.js');
const isRehearsal = readArgs(import.meta.filename, { cpu: { type: 'boolean', default: false } }).values.cpu;
const work = mkdtempSync(join(tmpdir(), 'goodnet-gpu-'));

/** Runs GoodNet, natively, with TF32 off or on. */
function goodnet(tf32: boolean, ...args: string[]): { status: number | null; told: string; seconds: number } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      GOODNET_ENGINE: 'node',
      NVIDIA_TF32_OVERRIDE: tf32 ? '1' : '0',
      TF_CPP_MIN_LOG_LEVEL: '0',
      ...(isRehearsal && { CUDA_VISIBLE_DEVICES: '-1' }),
    },
  });
  return { status, told: `${stdout}${stderr}`, seconds: (performance.now() - start) / 1000 };
}

function findGpu(): void {
  const gpus = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  if (gpus.status !== 0)
    throw new Error(
      'There is no NVIDIA GPU here: nvidia-smi does not answer. `npm run check:gpu -- --cpu` rehearses the rest.',
    );
  console.log(`GPU: ${gpus.stdout.trim()}`);
}

/** Repairs the demo's BadNet: its repair is held against wasm like any other. */
function repairDemo(tf32: boolean): void {
  const out = join(work, tf32 ? 'tf32' : 'float32');
  const { status, told, seconds } = goodnet(tf32, 'demo', '--out', out, '--verbose');
  const { onGpu, apart } = readRepairLog(told);
  if (status !== 0 && apart === undefined) throw new Error(told.slice(-2000));
  const what = isRehearsal ? 'On the processor' : `TF32 ${tf32 ? 'on' : 'off'}`;
  console.log(
    `${what}: ${status === 0 ? 'repaired' : 'not repaired'} in ${seconds.toFixed(0)} s; ${apart ?? 'nothing said of p-values'}`,
  );
  if (!isRehearsal && !onGpu)
    throw new Error(
      `TensorFlow made no device of the GPU: the CUDA libraries are not in reach (scripts/container/entry.sh).\n${told.slice(-2000)}`,
    );
  if (apart === undefined) throw new Error(`The repair was not held against wasm.\n${told.slice(-2000)}`);
  if (!tf32 && status !== 0) throw new Error(told.slice(-2000));
  if (!tf32) console.log(`Written: ${readdirSync(out).join(', ')}`);
}

try {
  if (!isRehearsal) findGpu();
  for (const tf32 of isRehearsal ? [false] : [false, true]) repairDemo(tf32);
  if (isRehearsal) console.log('Rehearsed: whether a GPU does so is not known.');
} catch (error) {
  console.error(`check:gpu: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
