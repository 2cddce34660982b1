import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MALLOC } from '../../../infra/lambda/environment';
import { SCREENING_MEMORY } from '../../../infra/screening/worker';
import { startEngine } from '../../../models/engine';
import { s3Client } from '../../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { writeSmallBundle } from '../small-bundle';
import { plain } from '../stand-in';
import { uploadedEvent } from './events';
import { buildLambda, type LambdaProgram } from './program';

/** As many pixels as are taken. */
const SIDE = 5000;
/** Has the process say how much memory it took at most, in KB. */
const TELL_PEAK =
  "--import=data:text/javascript,process.on('exit',()=>console.error('peak='+process.resourceUsage().maxRSS))";

describe.skipIf(!hasS3Server)('a batch of poison uploads', () => {
  const store = mkdtempSync(join(tmpdir(), 'goodnet-screening-memory-'));
  let program: LambdaProgram;
  let server: S3Server;
  beforeAll(async () => {
    program = buildLambda();
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
    server = await startS3Server();
  });
  afterAll(async () => {
    program?.remove();
    await server?.close();
    rmSync(store, { recursive: true, force: true });
  });

  it('fits into the function’s memory, so that nothing kills what screens the others', async () => {
    // What decoders must hold whole: deep, in passes, to be turned, and not opaque, so that it is judged three times.
    const background = { r: 200, g: 40, b: 90, alpha: 0.5 };
    const clear = () =>
      sharp({ create: { width: SIDE, height: SIDE, channels: 4, background } }).withMetadata({
        orientation: 6,
      });
    const deep = await clear()
      .toColourspace('rgb16')
      .png({ progressive: true, compressionLevel: 3 })
      .toBuffer();
    const webp = await clear().webp({ lossless: true, effort: 0 }).toBuffer();
    const client = s3Client(server.config);
    const bodies = [...Array<Buffer>(7).fill(deep), webp, webp, await plain().png().toBuffer()];
    for (const [i, Body] of bodies.entries())
      await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: `${i}`, Body }));
    client.destroy();
    const event = uploadedEvent('goodnet', Object.keys(bodies));
    const environment = { ...server.env, ...MALLOC, GOODNET_BUNDLE: store, NODE_OPTIONS: TELL_PEAK };
    const { status, stdout, stderr } = program.invoke([event], environment, 'events');
    expect([status, program.results()]).toEqual([0, [{ batchItemFailures: [] }]]);
    expect(stdout.match(/"outcome":"clean"/g)).toHaveLength(bodies.length);
    const megabytes = Number(/peak=(\d+)/.exec(stderr)![1]) / 1024;
    expect(megabytes).toBeLessThan((3 / 4) * SCREENING_MEMORY);
  });
});
