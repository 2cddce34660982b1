import { beforeEach, describe, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { findOnnxRuntime } from '../../../models/engine/onnx';

if (findOnnxRuntime() === undefined) console.log('Skipped: npm run setup:native has not been run.');

describe.skipIf(findOnnxRuntime() === undefined)('where onnxruntime-node is installed', () => {
  beforeEach(() => {
    delete process.env.GOODNET_ENGINE;
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
});
