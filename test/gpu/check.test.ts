import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readRepairLog } from './repair-log';

const require = createRequire(import.meta.url);
const main = fileURLToPath(new URL('main.ts', import.meta.url));
// A machine with Node.js and nothing else.
const bare = mkdtempSync(join(tmpdir(), 'goodnet-bare-'));
symlinkSync(process.execPath, join(bare, 'node'));
afterAll(() => rmSync(bare, { recursive: true, force: true }));

function check(...args: string[]) {
  const tsx = join(dirname(require.resolve('tsx/package.json')), 'dist/cli.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: bare },
  });
  return { status, said: `${stdout}${stderr}` };
}

/** Whether the engine that a GPU is used by is installed here. */
const isNative = (() => {
  try {
    require.resolve('@tensorflow/tfjs-node');
    return true;
  } catch {
    return false;
  }
})();

describe('npm run check:gpu', () => {
  it('says that there is no GPU before anything else, and what can be done without', () => {
    const { status, said } = check();
    expect(status).toBe(1);
    expect(said).toMatch(/^check:gpu: There is no NVIDIA GPU here: .*--cpu` rehearses the rest\.\n$/);
  });

  it.skipIf(isNative)('rehearsed without the native engine, says how to have that', () => {
    const { status, said } = check('--cpu');
    expect(status).toBe(1);
    expect(said).toMatch(/^check:gpu: .*The node engine is not installed[\s\S]*npm run setup:native/);
  });

  it.runIf(isNative)('is rehearsed on the processor, held against wasm', { timeout: 240_000 }, () => {
    const { status, said } = check('--cpu');
    expect(status, said).toBe(0);
    expect(said).toMatch(
      /On the processor: repaired in \d+ s; p-values of this engine and of wasm: 0\.\d{4} apart/,
    );
  });

  it('knows a device by what TensorFlow 2.15 logs, and p-values by what a repair says', () => {
    const device =
      'I tensorflow/core/common_runtime/gpu/gpu_device.cc:1926] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 13775 MB memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:1e.0, compute capability: 7.5';
    expect(readRepairLog(device)).toEqual({ onGpu: true, apart: undefined });
    const cpu = 'I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow binary is optimized';
    const said = 'p-values of this engine and of wasm: 0.0012 apart at most, of 64';
    expect(readRepairLog(`${cpu}\n  ${said}\n`)).toEqual({ onGpu: false, apart: said });
    const parted =
      'goodnet: The engine that calibrated and the one that serves part: 9 of 64 calibration images have other p-values on wasm';
    expect(readRepairLog(parted).apart).toBe('part: 9 of 64 calibration images');
  });
});
