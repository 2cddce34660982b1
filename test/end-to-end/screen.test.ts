import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startEngine } from '../../models/engine';
import { createKeys } from '../../models/signing/keys';
import { openSigner } from '../../models/signing/signer';
import { activate } from '../../models/store/move-pointer';
import { publish } from '../../models/store/publish';
import { s3Client, s3Files } from '../../models/store/s3-files';
import { shape, writeSmallBundle } from '../functions/small-bundle';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { goodnet, printed, start } from './cli';

const work = mkdtempSync(join(tmpdir(), 'goodnet-screen-'));
const store = join(work, 'store');
const folder = join(work, 'images');
const pngs: Buffer[] = [];
const MANY = 1500;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
  mkdirSync(folder);
  for (let i = 0; i < 5; i++) {
    const background = { r: 50 * i, g: 200 - 40 * i, b: 90 };
    pngs.push(
      await sharp({ create: { ...shape, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    writeFileSync(join(work, `${i}.png`), pngs[i]!);
  }
  for (let i = 0; i < MANY; i++) linkSync(join(work, `${i % 5}.png`), join(folder, `${10_000 + i}.png`));
  writeFileSync(join(folder, '10100.txt'), 'no image');
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const out = (name: string) => join(work, name);
const lines = (path: string) => readFileSync(path, 'utf8').trim().split('\n');

test('pictures of another shape than the net takes are told, with what was done', async () => {
  const wide = out('wide');
  mkdirSync(wide);
  const png = (size: object) =>
    sharp({ create: { ...shape, ...size, channels: 3, background: '#246' } }).png();
  writeFileSync(join(wide, 'a.png'), await png({ width: 90, height: 30 }).toBuffer());
  writeFileSync(join(wide, 'b.png'), pngs[0]!);
  const { code, err } = await goodnet('screen', store, wide);
  expect(code, err).toBe(0);
  expect(err).toMatch(
    /1 of 2 pictures are of another shape than the net takes .*stretched to it \(--fit stretch\), as the bundle has it/,
  );
  expect((await goodnet('screen', store, join(wide, 'b.png'))).err).not.toContain('another shape');
});

test('several processes write what one does, and go on where they were stopped', async () => {
  const [one, several] = [out('one.jsonl'), out('several.jsonl')];
  const told = `${MANY + 1} images: 0 backdoored, ${MANY} clean, 1 unreadable`;
  const whole = await goodnet('screen', store, folder, '--out', one, '--workers', '1');
  expect(whole.code, whole.err).toBe(0);
  expect(whole.err).toContain(told);
  expect(lines(one).map((line) => JSON.parse(line).image)).toEqual(
    [...Array(MANY + 1).keys()].map((i) =>
      join(folder, i === 101 ? '10100.txt' : `${10_000 + i - (i > 101 ? 1 : 0)}.png`),
    ),
  );

  const args = ['screen', store, folder, '--out', several, '--workers', '3'];
  const first = start(...args);
  await printed(first, /Screening/);
  first.kill('SIGTERM');
  const stopped = await first.ended;
  expect(stopped.code).toBe(143);
  expect(stopped.err).toMatch(/\.jsonl\.part has what was done; the same command goes on/);
  expect(existsSync(several)).toBe(false);
  const { totals } = JSON.parse(readFileSync(`${several}.part.json`, 'utf8'));
  const second = await goodnet(...args);
  expect(second.code, second.err).toBe(0);
  expect(second.err).toContain(`Going on after ${totals.images} images`);
  expect(second.err).toContain(told);
  expect(readFileSync(several, 'utf8')).toBe(readFileSync(one, 'utf8'));
  expect(existsSync(`${several}.part`) || existsSync(`${several}.part.json`)).toBe(false);
});

test('begins anew where the images are others', async () => {
  const rows = out('others.csv');
  const args = ['screen', store, folder, '--out', rows, '--workers', '1'];
  const first = start(...args);
  await printed(first, /Screening/);
  first.kill('SIGINT');
  await first.ended;
  linkSync(join(work, '1.png'), join(folder, '00000.png'));
  const { code, err } = await goodnet(...args);
  rmSync(join(folder, '00000.png'));
  expect(code, err).toBe(0);
  expect(lines(rows)).toHaveLength(MANY + 3);
  expect(lines(rows)[1]).toContain('00000.png');
});

test('refuses a bundle that no trusted key has signed, with one process and with several', async () => {
  const key = out('key');
  await createKeys(key);
  for (const workers of ['1', '2']) {
    const ran = await goodnet('screen', store, folder, '--workers', workers, '--trust', `${key}.pub`);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/current\.json is not signed\n {2}Sign what is current/);
  }
});

describe.skipIf(!hasS3Server)('in S3', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server?.close());

  test('screens a prefix with a signed bundle from S3, and writes down what it found', async () => {
    for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
    const client = s3Client(server.config);
    const put = (Key: string, Body: Buffer | string) =>
      client.send(new PutObjectCommand({ Bucket: 'goodnet', Key, Body }));
    const keys = Array.from({ length: 70 }, (_, i) => `up/day ${i % 3}/ä+${i}.png`).sort();
    for (const [i, key] of keys.entries()) await put(key, pngs[i % 5]!);
    await put('up/zz.txt', 'no image');
    await put('up/results/old.json', '{}');
    const key = out('s3-key');
    await createKeys(key);
    const files = s3Files('s3://goodnet/models', client);
    const signer = await openSigner(key);
    const { id } = await publish(store, files, { signer });
    await activate(files, id, { signer });

    const rows = out('s3.jsonl');
    const ran = await goodnet(
      ...['screen', 's3://goodnet/models', 's3://goodnet/up', '--out', rows, '--workers', '2'],
      ...['--trust', `${key}.pub`, '--tags', '--results', 's3://goodnet/up/results'],
    );
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain('71 images: 0 backdoored, 70 clean, 1 unreadable');
    const told = lines(rows).map((line) => JSON.parse(line));
    expect(told.map(({ image }) => image)).toEqual(
      [...keys, 'up/zz.txt'].map((each) => `s3://goodnet/${each}`),
    );
    expect(told.at(-1).error).toMatch(/none of JPEG, PNG and WebP/);
    const at = { Bucket: 'goodnet', Key: keys[7]! };
    const { TagSet } = await client.send(new GetObjectTaggingCommand(at));
    expect(TagSet).toContainEqual({ Key: 'goodnet', Value: 'clean' });
    const result = await client.send(new GetObjectCommand({ ...at, Key: `up/results/${keys[7]}.json` }));
    expect(JSON.parse(await result.Body!.transformToString())).toMatchObject({
      key: keys[7],
      outcome: 'clean',
    });

    for (const [i, label] of [0, 1].entries()) {
      mkdirSync(out(`labelled/${label}`), { recursive: true });
      writeFileSync(out(`labelled/${label}/face.png`), pngs[i]!);
    }
    const report = out('evaluation.html');
    const measured = await goodnet(
      ...['evaluate', 's3://goodnet/models', '--clean', out('labelled'), '--report', report],
    );
    expect(measured.code, measured.err).toBe(0);
    expect(readFileSync(report, 'utf8')).toContain(id.slice(0, 16));

    const local = out('local.png');
    writeFileSync(local, pngs[0]!);
    const one = await goodnet('screen', store, `s3://goodnet/${keys[0]}`, local, '--format', 'jsonl');
    const [ofS3, ofFile] = one.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect({ ...ofS3, image: '' }).toEqual({ ...ofFile, image: '' });
    await put('up/resulting.png', pngs[0]!);
    const beside = await goodnet('screen', store, 's3://goodnet/up/', '--results', 's3://goodnet/up/result');
    expect(beside.out).toContain('s3://goodnet/up/resulting.png');
    const root = await goodnet('screen', store, 's3://goodnet/up', '--quarantine', 's3://goodnet');
    expect(root).toMatchObject({ code: 2, out: '' });
    expect(root.err).toMatch(/--quarantine s3:\/\/goodnet: s3:\/\/goodnet\/up lies in it/);
    const nowhere = await goodnet(
      ...['screen', store, `s3://goodnet/${keys[0]}`, '--results', 's3://no-such-bucket/results'],
    );
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(/can't be screened: .*bucket does not exist/);
    expect(nowhere.err).not.toMatch(/not expected/);
    const none = await goodnet('screen', store, 's3://goodnet/nothing');
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.err).toMatch(/s3:\/\/goodnet\/nothing holds no images: there are no objects/);
  });
});
