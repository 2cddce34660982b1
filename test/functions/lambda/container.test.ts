import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { findTfjsNode } from '../../../models/engine/node';
import { shape, writeSmallBundle } from '../small-bundle';
import { plain } from '../stand-in';
import { httpEvent } from './events';
import { hasRuntimeClient, startInstance } from './instance';

// What functions/Dockerfile makes an image of, under the runtime client that AWS's base image has, too (npm test builds it).
const root = fileURLToPath(new URL('../../..', import.meta.url));
const dockerfile = readFileSync(join(root, 'functions/Dockerfile'), 'utf8');
const store = mkdtempSync(join(tmpdir(), 'goodnet-container-'));

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
});
afterAll(() => rmSync(store, { recursive: true, force: true }));

describe.skipIf(!hasRuntimeClient)("the container's program", () => {
  const engines = ['cpu', ...(findTfjsNode() === undefined ? [] : ['node'])];
  if (!engines.includes('node')) console.log('Skipped on tfjs-node: npm run setup:native has not been run.');

  it.each(engines)('answers on the engine that is asked for: %s', async (engine) => {
    const [, handler] = /CMD \["\/opt\/goodnet\/(.*)"\]/.exec(dockerfile)!;
    const instance = await startInstance({
      folder: root,
      handler: join(root, handler!),
      env: { GOODNET_BUNDLE: store, GOODNET_ENGINE: engine },
    });
    try {
      const health = await ask(httpEvent('http-api', 'GET', '/health'));
      expect(health.engine).toContain(`on ${engine}`);
      const png = await plain({ r: 90, g: 40, b: 90 }, shape.width, shape.height).png().toBuffer();
      const answer = await ask(httpEvent('http-api', 'POST', '/v1/classify', png));
      expect(answer).toMatchObject({ model: 'chain', backdoored: false });
    } finally {
      await instance.close();
    }

    async function ask(event: object): Promise<Record<string, unknown>> {
      const answered = await instance.invoke(event);
      if (!answered.ok) throw new Error(`${answered.errorType}: ${answered.errorMessage}\n${instance.log()}`);
      const { statusCode, body } = answered.payload as { statusCode: number; body: string };
      expect(statusCode).toBe(200);
      return JSON.parse(body);
    }
  });
});
