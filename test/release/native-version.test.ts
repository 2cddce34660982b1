import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

it.each([
  ['@tensorflow/tfjs-node', 'scripts/native/package.json'],
  ['onnxruntime-node', 'scripts/native/onnx/package.json'],
])('%s is an optional peer, of the version that setup:native installs', (name, installed) => {
  const { peerDependencies, peerDependenciesMeta } = read('package.json');
  expect(peerDependencies[name]).toBe(read(installed).dependencies[name]);
  expect(peerDependenciesMeta[name]).toEqual({ optional: true });
});
