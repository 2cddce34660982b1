import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startEngine } from '../../../models/engine';
import { findOnnxRuntime } from '../../../models/engine/onnx';

if (findOnnxRuntime() === undefined) console.log('Skipped: npm run setup:native has not been run.');

describe.skipIf(findOnnxRuntime() === undefined)('where onnxruntime-node is installed', () => {
  // Before anything starts: what ONNX Runtime would keep of the user.
  const home = mkdtempSync(join(tmpdir(), 'goodnet-home-'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CACHE_HOME', join(home, 'cache'));
  beforeEach(() => {
    delete process.env.GOODNET_ENGINE;
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });

  test('ONNX Runtime answers, beside a TensorFlow.js that loads nets', async () => {
    const engine = await startEngine({ trains: false });
    expect(engine.name).toBe('wasm');
    expect(engine.onnx).toBeDefined();
    expect(engine.description).toMatch(
      /^ONNX Runtime 1\.\d+\.\d+ \(CPU\), beside TensorFlow\.js 4\.\d+\.\d+ on wasm \(XNNPACK, SIMD\)$/,
    );
    expect(engine.trains).toMatch(/^TensorFlow\.js 4\.\d+\.\d+ on wasm \(XNNPACK, SIMD\)$/);
    await expect(startEngine({ engine: 'onnx' })).resolves.toBe(engine);
    await expect(startEngine({ engine: 'wasm' })).rejects.toMatchObject({
      kind: 'usage',
      message: "The onnx engine already runs; wasm can't be started beside it",
    });
  });

  test('what is no graph is refused, and counts for none that is loaded', async () => {
    const { onnx } = await startEngine();
    await expect(onnx!.open(Uint8Array.of(1, 2, 3))).rejects.toThrow();
    expect(onnx!.loaded).toBe(0);
  });

  test('ONNX Runtime sends nothing to its makers: it writes no identifier and no log of what it would send', async () => {
    const { onnx } = await startEngine();
    await onnx!.open(Uint8Array.of(1)).catch(() => {});
    expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
    expect(readdirSync(home)).toEqual([]);
    expect(existsSync(join(tmpdir(), `mat-debug-${process.pid}.log`))).toBe(false);
  });
});
