import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findTfjsNode } from '../../../models/engine/node';

const digest = async (engine: string) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'digest.ts')],
    { env: { ...process.env, GOODNET_ENGINE: engine } },
  );
  return { stdout, stderr };
};

async function isDeterministic(engine: string): Promise<void> {
  const [first, second] = await Promise.all([digest(engine), digest(engine)]);
  expect(first.stdout).toMatch(/^[0-9a-f]{64}\n$/);
  expect(first.stderr).toBe('');
  expect(second).toEqual(first);
}

test('wasm trains to the same bits in every process, and says nothing', () => isDeterministic('wasm'));

if (findTfjsNode() === undefined) console.log('Skipped: npm run setup:native has not been run.');

test.skipIf(findTfjsNode() === undefined)(
  'tfjs-node, where it is installed, trains to the same bits in every process, and says nothing',
  () => isDeterministic('node'),
);
