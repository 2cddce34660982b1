import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportNet, GoodNet, inspect, type Net, openImages, openNet } from '../../../build-repair';
import { startServer } from '../../../functions/server';
import type { ErrorCode } from '../../../models/errors';
import { checkSigned } from '../../../models/signing/signatures';
import { addNetAndImages } from './project';

const folder = mkdtempSync(join(tmpdir(), 'goodnet-codes-'));
let net: Net;

beforeAll(async () => {
  await addNetAndImages(folder);
  net = await openNet(join(folder, 'net.h5'));
});
afterAll(() => {
  net.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder with such files. */
function made(name: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), content);
  }
  return path;
}

/** Reads all of a set. */
async function readAll(path: string): Promise<void> {
  const set = await openImages(path, net);
  try {
    for await (const _ of set.batches(8));
  } finally {
    set.close();
  }
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

describe('what goes wrong most has a code of its own', () => {
  it.each<[what: string, code: ErrorCode, work: () => Promise<unknown>]>([
    ['no such net', 'NET_NOT_FOUND', () => inspect(join(folder, 'none.h5'))],
    ['no such images', 'IMAGES_NOT_FOUND', () => readAll(join(folder, 'none'))],
    ['an empty folder', 'IMAGES_EMPTY', () => readAll(made('empty'))],
    ['pictures without labels', 'LABELS_MISSING', () => readAll(made('loose', { 'a.png': PNG }))],
    [
      'another number of classes',
      'CLASSES_MISFIT',
      () => readAll(made('few', { 'cat/a.png': PNG, 'dog/b.png': PNG })),
    ],
    [
      'a picture that is cut short',
      'IMAGE_TRUNCATED',
      () => readAll(made('short', { '0/a.png': PNG, '1/a.png': PNG, '2/a.png': PNG, '3/a.png': PNG })),
    ],
    ['a net in place of images', 'IMAGES_FORMAT_UNSUPPORTED', () => readAll(join(folder, 'net.h5'))],
    [
      'a damaged array',
      'IMAGES_FILE_DAMAGED',
      () => readAll(join(made('arrays', { 'x.npz': 'PK' }), 'x.npz')),
    ],
    ['no store', 'STORE_NOT_FOUND', () => GoodNet.load(made('no-store'))],
    ['a damaged bundle', 'BUNDLE_DAMAGED', () => GoodNet.load(made('bundle', { 'manifest.json': '{' }))],
    ['an unsigned bundle', 'BUNDLE_UNTRUSTED', async () => checkSigned('id', [], new Map(), 'here')],
    [
      'a file in the place of the net',
      'OUTPUT_EXISTS',
      () => exportNet({ bundle: 'none', net: 'bad', to: join(folder, 'net.h5') }),
    ],
  ])('%s: %s', async (_, code, work) => {
    await expect(work()).rejects.toMatchObject({ code });
  });

  it('a port in use: PORT_UNAVAILABLE', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    try {
      const { port } = other.address() as AddressInfo;
      const app = { fetch: () => new Response() } as unknown as Parameters<typeof startServer>[0]['app'];
      await expect(startServer({ app, host: '127.0.0.1', port })).rejects.toMatchObject({
        code: 'PORT_UNAVAILABLE',
        kind: 'environment',
      });
    } finally {
      other.close();
    }
  });
});
