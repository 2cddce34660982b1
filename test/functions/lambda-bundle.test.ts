import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../models/engine';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

// Below node_modules, so that sharp, which stays outside the bundle, is found; and git ignores it.
const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const store = mkdtempSync(join(tmpdir(), 'goodnet-lambda-'));
let work: string;
let folder: string;
let metafile: Metafile;
let id: string;

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  work = mkdtempSync(join(cache, 'lambda-'));
  folder = join(work, 'bundle');
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../scripts/build-lambda.mjs', import.meta.url)),
    folder,
  ]);
  metafile = JSON.parse(readFileSync(`${folder}.metafile.json`, 'utf8'));
  await startEngine({ engine: 'wasm' });
  id = await writeSmallBundle(store);
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  rmSync(store, { recursive: true, force: true });
});

/** Starts Node.js as Lambda does, with an environment of its own, and hands the handler events. */
function invoke(events: object[], environment: Record<string, string>) {
  const script = `
    const { handler } = await import(${JSON.stringify(`${folder}/index.mjs`)});
    const results = [];
    for (const event of ${JSON.stringify(events)}) results.push(await handler(event));
    console.log(JSON.stringify(results));`;
  const { GOODNET_ENGINE: _, GOODNET_BUNDLE: __, NODE_OPTIONS: ___, ...env } = process.env;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: tmpdir(),
    env: { ...env, ...environment },
    encoding: 'utf8',
  });
}

const event = (method: string, path: string, body?: Buffer) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'example.execute-api.eu-central-1.amazonaws.com' },
  requestContext: { domainName: 'example.execute-api.eu-central-1.amazonaws.com', http: { method, path } },
  body: body?.toString('base64'),
  isBase64Encoded: body !== undefined,
});

describe('the Lambda bundle', () => {
  it('holds nothing of the offline step: no repair, no training, no native engine', () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('functions/lambda.ts');
    expect(inputs).toContain('models/goodnet.ts');
    const foreign =
      /^(build-repair|test|infra|scripts|models\/(engine\/training|keras|hdf5))\/|h5wasm|tfjs-node|tfjs-backend-cpu\/dist\/(base|index|register_all_kernels)/;
    expect(inputs.filter((input) => foreign.test(input))).toEqual([]);
    const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
    // The measured 1.1 MB and room to grow; half as much again would be an accident.
    expect(output!.bytes).toBeLessThan(1.6 * 2 ** 20);
  });

  it('starts on the wasm engine and answers events', async () => {
    const image = await plain(undefined, shape.width, shape.height).png().toBuffer();
    const { stdout, stderr } = invoke([event('GET', '/health'), event('POST', '/v1/classify', image)], {
      GOODNET_BUNDLE: store,
    });
    expect(stderr).toBe('');
    const [health, answer] = JSON.parse(stdout) as { statusCode: number; body: string }[];
    expect(JSON.parse(health!.body)).toMatchObject({
      status: 'ok',
      bundle: id,
      engine: expect.stringContaining('wasm'),
    });
    expect(answer!.statusCode).toBe(200);
    expect(JSON.parse(answer!.body)).toMatchObject({ model: 'chain', bundle: id, backdoored: false });
  });

  it('says what is missing', () => {
    expect(invoke([], {}).stderr).toContain('GOODNET_BUNDLE is not set');
    expect(invoke([], { GOODNET_BUNDLE: join(store, 'none') }).stderr).toMatch(/BundleError/);
  });
});
