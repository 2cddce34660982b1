import { beforeEach, describe, expect, test } from 'vitest';
import { currentEngine, startEngine } from '../../../models/engine';
import { findTfjsNode } from '../../../models/engine/node';
import { findOnnxRuntime } from '../../../models/engine/onnx';

// In this order: the first engine that starts stays.
describe('the engine', () => {
  beforeEach(() => {
    delete process.env.GOODNET_ENGINE;
  });

  test('is asked for too early', () => {
    expect(() => currentEngine()).toThrow('No engine runs yet');
  });

  test('has to be one of four', async () => {
    process.env.GOODNET_ENGINE = 'cuda';
    await expect(startEngine({ engine: 'wasm' })).rejects.toMatchObject({
      kind: 'usage',
      message: "There is no engine 'cuda' in GOODNET_ENGINE",
      hint: 'Choose one of onnx, node, wasm, cpu.',
    });
  });

  test.skipIf(findTfjsNode() !== undefined)('node is not installed', async () => {
    await expect(startEngine({ engine: 'node' })).rejects.toMatchObject({
      kind: 'environment',
      hint: expect.stringContaining('npm run setup:native'),
    });
  });

  test.skipIf(findOnnxRuntime() !== undefined)('ONNX Runtime is not installed', async () => {
    await expect(startEngine({ engine: 'onnx' })).rejects.toMatchObject({
      kind: 'environment',
      message: 'ONNX Runtime is not installed: there is no onnxruntime-node',
      hint: expect.stringContaining('npm run setup:native'),
    });
  });

  test('is chosen by the environment before the option, and then stays', async () => {
    process.env.GOODNET_ENGINE = 'wasm';
    const listeners = process.listenerCount('uncaughtException');
    const [engine, same] = await Promise.all([startEngine({ engine: 'cpu' }), startEngine()]);
    expect(engine.name).toBe('wasm');
    expect(engine.description).toMatch(/^TensorFlow\.js 4\.\d+\.\d+ on wasm \(XNNPACK, SIMD\)$/);
    expect(same).toBe(engine);
    expect(currentEngine()).toBe(engine);
    expect(process.listenerCount('uncaughtException')).toBe(listeners);
    delete process.env.GOODNET_ENGINE;
    await expect(startEngine()).resolves.toBe(engine);
    await expect(startEngine({ engine: 'cpu' })).rejects.toMatchObject({
      kind: 'usage',
      message: "The wasm engine already runs; cpu can't be started beside it",
    });
  });
});
