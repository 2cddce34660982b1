import { basename } from 'node:path';
import { expect, it, vi } from 'vitest';
import { listFiles } from '../../../build-repair/images/listing';

const MANY = 200_000;

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<object>()),
  readdir: async (path: string) => {
    const entry = (name: string, isFolder: boolean) => ({
      name,
      isSymbolicLink: () => false,
      isDirectory: () => isFolder,
      isFile: () => !isFolder,
    });
    if (basename(path) !== 'below') return [entry('z.png', false), entry('below', true)];
    return Array.from({ length: MANY }, (_, i) => entry(`${1e6 + i}.png`, false));
  },
}));

it('lists folders of hundreds of thousands of images', async () => {
  const files = await listFiles('folder');
  expect(files).toHaveLength(MANY + 1);
  expect(files.slice(0, 2)).toEqual(['z.png', 'below/1000000.png']);
});
