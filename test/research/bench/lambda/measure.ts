import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { activate } from '../../../../models/store/move-pointer';
import { publish } from '../../../../models/store/publish';
import { s3Client, s3Files } from '../../../../models/store/s3-files';
import { batchEvent, httpEvent, uploadedEvent } from '../../../functions/lambda/events';
import { type Instance, startInstance } from '../../../functions/lambda/instance';
import { buildPrograms, zippedBytes } from '../../../functions/lambda/programs';
import { type S3Server, startS3Server } from '../../../s3-server';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const COLD = 5;
const WARM = 100;
const BATCH = 100;

/** What functions were measured to take; times in milliseconds, sizes in bytes. */
export interface LambdaFigures {
  /** The zip without, and with, the image library. */
  readonly zip: number;
  readonly zipWithImages: number;
  /** From the start of the process to the first answer: of a function that does nothing, and of ours. */
  readonly emptyStart: number;
  readonly coldStart: number;
  /** The same in time of a processor, which is what counts where a function has one to itself. */
  readonly emptyStartProcessor: number;
  readonly coldStartProcessor: number;
  readonly requestProcessor: number;
  readonly backfillProcessor: number;
  /** A request of one image on a function that has started. */
  readonly request: { readonly median: number; readonly p99: number };
  /** One upload screened, from the event to its tags and result, when ten come at once. */
  readonly upload: number;
  /** One image of a backfill's batch. */
  readonly backfill: number;
  /** Memory after all that of the service, and the most that it held. */
  readonly resident: number;
  readonly most: number;
}

/**
 * Measures the functions as they run on Lambda: AWS's own runtime client, Node.js 24, the bundle from a real S3 server
 * on this machine.
 * @param store a folder store
 * @param image the bytes of an image as it is uploaded
 */
export async function measureLambda(store: string, image: Buffer): Promise<LambdaFigures> {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'lambda-bench-'));
  const server = await startS3Server();
  try {
    const folder = join(work, 'zip');
    buildPrograms(folder);
    const zip = zippedBytes(folder);
    const client = s3Client(server.config);
    const files = s3Files('s3://goodnet/models', client);
    await activate(files, (await publish(store, files)).id);
    const keys = Array.from({ length: BATCH }, (_, i) => `uploads/${i}.png`);
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key, Body: image }));
    const empty = join(work, 'empty');
    mkdirSync(empty);
    writeFileSync(join(empty, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 });\n');
    const event = httpEvent('http-api', 'POST', '/v1/classify', image);
    const emptyStart = await coldStarts(empty, server, event);
    const cold = await coldStarts(folder, server, event);
    const service = await start(folder, 'index.handler', server);
    // The first ones still compile.
    for (let i = 0; i < WARM; i++) await asked(service, event);
    const before = service.processor();
    const times: number[] = [];
    for (let i = 0; i < WARM; i++) times.push(await timed(() => asked(service, event)));
    const requestProcessor = (service.processor() - before) / WARM;
    const { resident, most } = service.memory();
    await service.close();
    const events = await start(folder, 'events.handler', server);
    const ten = keys.slice(0, 10);
    await asked(events, uploadedEvent('goodnet', ten));
    const upload = await median(COLD, () => timed(() => asked(events, uploadedEvent('goodnet', ten))));
    await events.close();
    const batches = await start(folder, 'backfill.handler', server);
    await asked(batches, batchEvent('goodnet', keys));
    const beforeBatch = batches.processor();
    const backfill = await timed(() => asked(batches, batchEvent('goodnet', keys)));
    const backfillProcessor = (batches.processor() - beforeBatch) / keys.length;
    await batches.close();
    times.sort((a, b) => a - b);
    return {
      zip,
      zipWithImages: zip + zippedBytes(installImages(work)),
      emptyStart: emptyStart.ms,
      coldStart: cold.ms,
      emptyStartProcessor: emptyStart.processor,
      coldStartProcessor: cold.processor,
      requestProcessor,
      backfillProcessor,
      request: { median: times[WARM / 2]!, p99: times[Math.floor(0.99 * WARM)]! },
      upload: upload / ten.length,
      backfill: backfill / keys.length,
      resident,
      most,
    };
  } finally {
    await server.close();
    rmSync(work, { recursive: true, force: true });
  }
}

function start(folder: string, handler: string, server: S3Server): Promise<Instance> {
  const env = { ...server.env, GOODNET_BUNDLE: 's3://goodnet/models', GOODNET_TAGS: 'true' };
  return startInstance({ folder, handler, env: { ...env, GOODNET_RESULTS_PREFIX: 'results/' } });
}

/** Medians of several starts, each to the first answer. */
async function coldStarts(
  folder: string,
  server: S3Server,
  event: object,
): Promise<{ ms: number; processor: number }> {
  const times: number[] = [];
  const processors: number[] = [];
  for (let i = 0; i < COLD; i++) {
    const from = performance.now();
    const instance = await start(folder, 'index.handler', server);
    await asked(instance, event);
    times.push(performance.now() - from);
    processors.push(instance.processor());
    await instance.close();
  }
  return { ms: middle(times), processor: middle(processors) };
}

async function asked(instance: Instance, event: object): Promise<void> {
  const answered = await instance.invoke(event);
  if (!answered.ok) throw new Error(`${answered.errorType}: ${answered.errorMessage}`);
  const { statusCode = 200, body } = answered.payload as { statusCode?: number; body?: string };
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}: ${body}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function median(times: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push(await measure());
  return middle(all);
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** The image library and what it needs, as it is installed here. */
function installImages(work: string): string {
  const into = join(work, 'images');
  const from = join(root, 'node_modules');
  const own = readdirSync(join(from, '@img')).map((name) => `@img/${name}`);
  for (const name of ['sharp', 'detect-libc', 'semver', ...own])
    cpSync(join(from, name), join(into, name), { recursive: true });
  return into;
}
