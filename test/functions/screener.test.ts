import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startScreener } from '../../functions/lambda/screener';
import { startEngine } from '../../models/engine';
import { writeSmallBundle } from './small-bundle';

const root = mkdtempSync(join(tmpdir(), 'goodnet-screener-'));

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(join(root, 'faces'));
  cpSync(join(root, 'faces'), join(root, 'signs'), { recursive: true });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('the function that screens', () => {
  it('says which variable names a model where there are several', async () => {
    vi.stubEnv('GOODNET_BUNDLE', root);
    const { screen } = await startScreener();
    await expect(screen({ bucket: 'uploads', key: 'a.png' }, { index: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/several models \(faces, signs\), and GOODNET_MODEL names none/),
      hint: expect.stringContaining('goodnet:model'),
    });
  });
});
