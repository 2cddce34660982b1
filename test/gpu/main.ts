// `npm run check:gpu`, for whoever has an NVIDIA GPU with `npm run setup:native` (or the repair's container): repairs the demo's BadNet on it,
// with the check that wasm, which serves, gives the same p-values; says how far they are apart, with TF32 off and on, and what was
// repaired in which time. Some minutes. It fails where no GPU is found, or p-values part with TF32 off.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/goodnet.js');
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
    },
  });
  return { status, told: `${stdout}${stderr}`, seconds: (performance.now() - start) / 1000 };
}

try {
  const gpus = spawnSync('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  if (gpus.status !== 0) throw new Error('There is no NVIDIA GPU here: nvidia-smi does not answer.');
  console.log(`GPU: ${gpus.stdout.trim()}`);
  for (const tf32 of [false, true]) {
    const out = join(work, tf32 ? 'tf32' : 'float32');
    // The demo draws its faces and repairs its BadNet; its repair is held against wasm like any other.
    const { status, told, seconds } = goodnet(tf32, 'demo', '--out', out, '--verbose');
    const onGpu = /Created device \/job:localhost.*device:GPU|StreamExecutor device/.test(told);
    const parted = /part: (\d+) of (\d+) calibration images/.exec(told)?.[0];
    const apart = /p-values of this engine and of wasm: .*/.exec(told)?.[0];
    console.log(
      `TF32 ${tf32 ? 'on' : 'off'}: ${status === 0 ? 'repaired' : 'not repaired'} in ${seconds.toFixed(0)} s; ${parted ?? apart ?? 'nothing said of p-values'}`,
    );
    if (!onGpu)
      throw new Error(
        `TensorFlow made no device of the GPU: the CUDA libraries are not in reach (scripts/container/entry.sh).\n${told.slice(-2000)}`,
      );
    if (!tf32 && status !== 0) throw new Error(told.slice(-2000));
    if (!tf32) console.log(`Written: ${readdirSync(out).join(', ')}`);
  }
} catch (error) {
  console.error(`check:gpu: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
