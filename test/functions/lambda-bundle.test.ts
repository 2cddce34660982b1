import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../models/engine';
import { createKeys } from '../../models/signing/keys';
import { openSigner } from '../../models/signing/signer';
import { readCurrent } from '../../models/store/current';
import { folderFiles } from '../../models/store/folder-files';
import { activate } from '../../models/store/move-pointer';
import { publish } from '../../models/store/publish';
import { s3Client, s3Files } from '../../models/store/s3-files';
import { hasS3Server, startS3Server } from '../s3-server';
import { buildLambda, type LambdaProgram } from './lambda/program';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

const work = mkdtempSync(join(tmpdir(), 'goodnet-lambda-'));
const store = join(work, 'store');
let program: LambdaProgram;
let metafile: Metafile;
let id: string;

beforeAll(async () => {
  program = buildLambda();
  metafile = JSON.parse(readFileSync(`${program.folder}.metafile.json`, 'utf8'));
  await startEngine({ engine: 'wasm' });
  id = await writeSmallBundle(store);
});

afterAll(() => {
  program.remove();
  rmSync(work, { recursive: true, force: true });
});

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
    const { stdout, stderr } = program.invoke(
      [event('GET', '/health'), event('POST', '/v1/classify', image), event('GET', '/v1/models/chain')],
      {
        GOODNET_BUNDLE: store,
      },
    );
    expect(stderr).toBe('');
    const [health, answer, told] = program.results() as { statusCode: number; body: string }[];
    expect(JSON.parse(health!.body)).toMatchObject({
      status: 'ok',
      bundle: id,
      engine: expect.stringContaining('wasm'),
    });
    expect(answer!.statusCode).toBe(200);
    expect(JSON.parse(answer!.body)).toMatchObject({ model: 'chain', bundle: id, backdoored: false });
    // So that who asks for many shares them out: Lambda refuses a larger event before the function sees it.
    expect(JSON.parse(told!.body)).toMatchObject({ limits: { requestBytes: 6e6, imageBytes: 10 * 2 ** 20 } });
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

  it.skipIf(!hasS3Server)('screens objects that were created, its bundle from S3', async () => {
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
    expect(program.invoke(events, environment, 'events').status).toBe(0);
    expect(program.results()).toEqual([{ batchItemFailures: [] }]);
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
    expect(program.invoke(batch, environment, 'backfill').status).toBe(0);
    expect(program.results()).toMatchObject([{ counts: { clean: 1, failed: 0 } }]);
    await server.close();
  });

  it('starts with what a trusted key has signed as current, and not with what is older than it is told', async () => {
    const [key, faces] = [join(work, 'key'), join(work, 'faces')];
    await createKeys(key);
    const signer = await openSigner(key);
    const files = folderFiles(faces);
    await publish(store, files, { signer });
    const start = (env: Record<string, string> = {}) =>
      program.invoke([event('GET', '/health')], {
        GOODNET_BUNDLE: faces,
        GOODNET_TRUST: `${key}.pub`,
        ...env,
      });
    await activate(files, id);
    expect(start().stderr).toMatch(/current\.json is not signed/);
    await activate(files, id, { signer });
    const { serial } = (await readCurrent(files))!.signed!;
    expect(start({ GOODNET_LEAST_SERIAL: String(serial) })).toMatchObject({ status: 0, stderr: '' });
    expect(start({ GOODNET_LEAST_SERIAL: String(serial + 1) }).stderr).toMatch(/it has been put back/);
    expect(start({ GOODNET_LEAST_SERIAL: 'one' }).stderr).toMatch(/GOODNET_LEAST_SERIAL is one/);
  });

  it('says what is missing', () => {
    expect(program.invoke([], {}).stderr).toContain('GOODNET_BUNDLE is not set');
    expect(program.invoke([], { GOODNET_BUNDLE: join(store, 'none') }).stderr).toMatch(/BundleError/);
  });
});
