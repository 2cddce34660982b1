import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storedCatalogue } from '../../functions/catalogue/stored';
import { startEngine } from '../../models/engine';
import { s3Client } from '../../models/store/s3-files';
import { batchEvent, httpEvent, uploadedEvent } from '../functions/lambda/events';
import { buildLambda, type LambdaProgram } from '../functions/lambda/program';
import { writeSmallBundle } from '../functions/small-bundle';
import { plain } from '../functions/stand-in';
import { hasS3Server, startS3Server } from '../s3-server';
import { synthesize } from './synth';

const work = mkdtempSync(join(tmpdir(), 'goodnet-failures-'));
const store = join(work, 'store');
let program: LambdaProgram;
let image: Buffer;
beforeAll(async () => {
  program = buildLambda();
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
  image = await plain(undefined, 10, 12).png().toBuffer();
});
afterAll(() => {
  program?.remove();
  rmSync(work, { recursive: true, force: true });
});

/** Lines of JSON that a program wrote. */
function lines(written: string): Record<string, unknown>[] {
  return written.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

/** A metric of GoodNet's own as an alarm asks for it, which Lambda's counts come beside. */
function alarmed(id: string): { name: string; own: unknown; beside: string[] } {
  const alarms = synthesize().template('Watch').findResources('AWS::CloudWatch::Alarm');
  const [, found] = Object.entries(alarms).find(([name]) => name.startsWith(`Watch${id}`))!;
  const stats = (found.Properties.Metrics as { MetricStat?: Stat }[]).flatMap(({ MetricStat }) =>
    MetricStat ? [MetricStat] : [],
  );
  expect(stats.map(({ Stat }) => Stat)).toEqual(stats.map(() => 'Sum'));
  const metrics = stats.map(({ Metric }) => Metric);
  const own = metrics.find(({ Namespace }) => Namespace === 'GoodNet')!;
  const beside = metrics.filter((each) => each !== own).map((each) => `${each.Namespace} ${each.MetricName}`);
  return { name: own.MetricName, own: own.Dimensions, beside };
}

interface Stat {
  readonly Stat: string;
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly object[];
  };
}

describe('what an alarm is raised by', () => {
  const dimensions = [{ Name: 'service', Value: 'GoodNet' }];
  const environment = {
    GOODNET_BUNDLE: store,
    POWERTOOLS_SERVICE_NAME: 'GoodNet',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    AWS_MAX_ATTEMPTS: '1',
  };

  it('is an answer of 5xx, which Lambda takes for a success', () => {
    const { name, own, beside } = alarmed('EndpointErrors');
    expect([own, beside.sort()]).toEqual([dimensions, ['AWS/ApiGateway 5xx', 'AWS/Lambda Errors']]);
    // A folder of models in which there is none yet.
    const empty = mkdtempSync(join(work, 'empty-'));
    const ready = httpEvent('http-api', 'GET', '/health/ready');
    const { stdout } = program.invoke([ready], { ...environment, GOODNET_BUNDLE: empty });
    expect(program.results()).toMatchObject([{ statusCode: 503 }]);
    expect(lines(stdout).filter((line) => name in line)).toMatchObject([{ [name]: 1, service: 'GoodNet' }]);
  });

  it('is an upload that is to come again, which Lambda takes for a success', () => {
    const { name, own, beside } = alarmed('ScreeningErrors');
    expect([own, beside]).toEqual([dimensions, ['AWS/Lambda Errors']]);
    const { stdout } = program.invoke([uploadedEvent('b', ['x', 'y'])], environment, 'events');
    expect(program.results()).toMatchObject([{ batchItemFailures: [{}, {}] }]);
    expect(lines(stdout).filter((line) => name in line)).toMatchObject([{ [name]: 2, service: 'GoodNet' }]);
  });

  it.skipIf(!hasS3Server)('is an object that a backfill could not screen', async () => {
    const { name, own, beside } = alarmed('BackfillErrors');
    expect([own, beside.sort()]).toEqual([dimensions, ['AWS/Lambda Errors', 'AWS/States ExecutionsFailed']]);
    const server = await startS3Server();
    const client = s3Client(server.config);
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'well.png', Body: image }));
    const batch = { ...batchEvent('goodnet', ['well.png']) } as { Items: object[] };
    batch.Items.push({ Key: 'x.png', Bucket: 'no such bucket!' });
    const { stdout } = program.invoke([batch], { ...environment, ...server.env }, 'backfill');
    expect(program.results()).toMatchObject([{ counts: { clean: 1, failed: 1 } }]);
    expect(lines(stdout).filter((line) => name in line)).toMatchObject([{ [name]: 1, service: 'GoodNet' }]);
    client.destroy();
    await server.close();
  });

  it('is told in the log, at level ERROR, where a bundle can not be loaded', async () => {
    const damaged = join(work, 'damaged');
    const id = await writeSmallBundle(damaged);
    appendFileSync(join(damaged, id.slice(0, 16), 'bad', 'model.json'), ' ');
    const { stderr } = program.invoke([], { ...environment, GOODNET_BUNDLE: damaged });
    const message = expect.stringMatching(/^chain: .*model\.json/);
    expect(lines(stderr)).toContainEqual(expect.objectContaining({ level: 'ERROR', message }));
  });

  it.skipIf(!hasS3Server)(
    'is told in the first line, and when asked whether it is ready, where the bucket is gone',
    async () => {
      const server = await startS3Server();
      const gone = { ...environment, ...server.env, GOODNET_BUNDLE: 's3://no-such-bucket/models' };
      const { stdout, stderr } = program.invoke([httpEvent('http-api', 'GET', '/health/ready')], gone);
      const [answer] = program.results() as { statusCode: number; body: string }[];
      expect(answer!.statusCode).toBe(503);
      expect(JSON.parse(answer!.body).detail).toMatch(/place of the models can't be read/);
      const message = expect.stringMatching(/^The models can't be read from s3:\/\/no-such-bucket\/models: /);
      expect([...lines(stderr), ...lines(stdout)][0]).toMatchObject({ level: 'ERROR', message });
      await server.close();
    },
  );

  it('is no bundle that was taken up', async () => {
    const both = join(work, 'both');
    await writeSmallBundle(both);
    const told: string[] = [];
    const catalogue = storedCatalogue(both, { say: (_, level) => told.push(level) });
    await catalogue.use(undefined, async () => {});
    await writeSmallBundle(both, { seed: 2 });
    await vi.waitFor(
      async () => {
        await catalogue.use(undefined, async () => {});
        expect(told).toHaveLength(1);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(told).toEqual(['info']);
    catalogue.close();
  });
});
