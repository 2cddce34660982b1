import { expect, test, vi } from 'vitest';
import { startEngine } from '../../../models/engine';

test('a folder without the .wasm files is named', async () => {
  process.env.GOODNET_ENGINE = 'wasm';
  vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'warn').mockReturnValue();
  await expect(startEngine({ wasmPath: import.meta.dirname })).rejects.toMatchObject({
    kind: 'environment',
    message: `The wasm engine can't start from ${import.meta.dirname}`,
  });
});
