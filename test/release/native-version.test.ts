import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

it('tfjs-node is an optional peer, of the version that setup:native installs', () => {
  const { peerDependencies, peerDependenciesMeta } = read('package.json');
  const name = '@tensorflow/tfjs-node';
  expect(peerDependencies[name]).toBe(read('scripts/native/package.json').dependencies[name]);
  expect(peerDependenciesMeta[name]).toEqual({ optional: true });
});
