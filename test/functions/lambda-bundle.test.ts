import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../models/engine';
import { activate } from '../../models/store/pointing';
import { publish } from '../../models/store/publish';
import { s3Client, s3Files } from '../../models/store/s3-files';
import { hasS3Server, startS3Server } from '../s3-server';
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
function invoke(events: object[], environment: Record<string, string>, entry = 'index') {
  const script = `
    const { handler } = await import(${JSON.stringify(`${folder}/${entry}.mjs`)});
    const results = [];
    for (const event of ${JSON.stringify(events)}) results.push(await handler(event, {}));
    (await import('node:fs')).writeFileSync(${JSON.stringify(join(work, 'results.json'))}, JSON.stringify(results));`;
  const { GOODNET_ENGINE: _, GOODNET_BUNDLE: __, NODE_OPTIONS: ___, ...env } = process.env;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: tmpdir(),
    env: { ...env, ...environment },
    encoding: 'utf8',
  });
}

const results = (): unknown => JSON.parse(readFileSync(join(work, 'results.json'), 'utf8'));

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
    expect(inputs).toContain('functions/lambda/service.ts');
    expect(inputs).toContain('models/goodnet.ts');
    const foreign =
      /^(build-repair|test|infra|scripts|models\/(engine\/training|keras|hdf5))\/|h5wasm|tfjs-node|tfjs-backend-cpu\/dist\/(base|index|register_all_kernels)/;
    expect(inputs.filter((input) => foreign.test(input))).toEqual([]);
    const sizes = Object.entries(metafile.outputs).map(([path, { bytes }]) =>
      path.endsWith('.map') ? 0 : bytes,
    );
    // The measured 1.2 MB and room to grow; half as much again would be an accident.
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBeLessThan(1.8 * 2 ** 20);
  });

  it('starts on the wasm engine and answers events', async () => {
    const image = await plain(undefined, shape.width, shape.height).png().toBuffer();
    const { stdout, stderr } = invoke([event('GET', '/health'), event('POST', '/v1/classify', image)], {
      GOODNET_BUNDLE: store,
    });
    expect(stderr).toBe('');
    const [health, answer] = results() as { statusCode: number; body: string }[];
    expect(JSON.parse(health!.body)).toMatchObject({
      status: 'ok',
      bundle: id,
      engine: expect.stringContaining('wasm'),
    });
    expect(answer!.statusCode).toBe(200);
    expect(JSON.parse(answer!.body)).toMatchObject({ model: 'chain', bundle: id, backdoored: false });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [{ Clean, NetsTime }] = lines.filter((line) => '_aws' in line && 'Clean' in line);
    expect([Clean, NetsTime]).toEqual([1, expect.any(Number)]);
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'answered', route: '/v1/classify', status: 200 }),
    );
  });

  it.skipIf(!hasS3Server)(
    'screens objects that were created, its bundle from S3',
    { timeout: 30_000 },
    async () => {
      const server = await startS3Server();
      const client = s3Client(server.config);
      const files = s3Files('s3://goodnet/models', client);
      await publish(store, files);
      await activate(files, id);
      const Body = await plain(undefined, shape.width, shape.height).png().toBuffer();
      await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'up/a b.png', Body }));
      const created = {
        'detail-type': 'Object Created',
        source: 'aws.s3',
        detail: { bucket: { name: 'goodnet' }, object: { key: 'up/a b.png' } },
      };
      const environment = {
        ...server.env,
        // Found so on Lambda, too.
        GOODNET_BUNDLE: 's3://goodnet/models',
        GOODNET_RESULTS_PREFIX: 'results/',
        GOODNET_TAGS: 'true',
      };
      const events = [{ Records: [{ messageId: 'm', body: JSON.stringify(created) }] }];
      expect(invoke(events, environment, 'events').status).toBe(0);
      expect(results()).toEqual([{ batchItemFailures: [] }]);
      const written = await files.list('');
      expect(written.length).toBeGreaterThan(3);
      const result = await client.send(
        new GetObjectCommand({ Bucket: 'goodnet', Key: 'results/up/a b.png.json' }),
      );
      expect(JSON.parse(await result.Body!.transformToString())).toMatchObject({
        outcome: 'clean',
        bundle: id,
      });
      const batch = [{ BatchInput: { bucket: 'goodnet' }, Items: [{ Key: 'up/a b.png' }] }];
      expect(invoke(batch, environment, 'backfill').status).toBe(0);
      expect(results()).toMatchObject([{ counts: { clean: 1, failed: 0 } }]);
      await server.close();
    },
  );

  it('says what is missing', () => {
    expect(invoke([], {}).stderr).toContain('GOODNET_BUNDLE is not set');
    expect(invoke([], { GOODNET_BUNDLE: join(store, 'none') }).stderr).toMatch(/BundleError/);
  });
});
