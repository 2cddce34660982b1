import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storedCatalogue } from '../../functions/catalogue/stored';
import { startEngine } from '../../models/engine';
import { activate } from '../../models/store/move-pointer';
import { publish } from '../../models/store/publish';
import { s3Client, s3Files } from '../../models/store/s3-files';
import { type Fault, type FaultyProxy, faultyProxy } from '../faulty-proxy';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { twoSmallBundles } from './small-bundle';

describe.skipIf(!hasS3Server)('the models of stores in S3', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-catalogue-s3-'));
  const made: { path: string; id: string }[] = [];
  let server: S3Server;
  let proxy: FaultyProxy;
  let fault: Fault = 'none';
  const idOf = async (model: { id: string }) => model.id;
  const put = async (model: string, { path, id }: { path: string; id: string }) => {
    const files = s3Files(`s3://goodnet/stores/${model}`, s3Client(server.config));
    await publish(path, files);
    await activate(files, id);
  };

  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    made.push(...(await twoSmallBundles(work)));
    server = await startS3Server();
    proxy = await faultyProxy(server.endpoint, () => fault);
    for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', proxy.endpoint);
    for (const model of ['faces', 'signs']) await put(model, made[0]!);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('are answered with while S3 is away, and follow it when it is back', async () => {
    const said: string[] = [];
    const catalogue = storedCatalogue('s3://goodnet/stores', { say: (line) => said.push(line) });
    expect(await catalogue.names()).toEqual(['faces', 'signs']);
    expect(await catalogue.use('faces', idOf)).toBe(made[0]!.id);
    await put('faces', made[1]!);
    await put('third', made[0]!);
    fault = 'before';
    await vi.waitFor(
      async () => {
        expect(await catalogue.use('faces', idOf)).toBe(made[0]!.id);
        expect(said.join('\n')).toMatch(/can't be listed; the models that are known go on/);
        expect(said.join('\n')).toMatch(/faces: the new bundle can't be taken up; the old one goes on/);
      },
      { timeout: 60_000, interval: 100 },
    );
    fault = 'none';
    await vi.waitFor(
      async () => {
        expect(await catalogue.use('faces', idOf)).toBe(made[1]!.id);
        expect(await catalogue.names()).toEqual(['faces', 'signs', 'third']);
      },
      { timeout: 60_000, interval: 100 },
    );
    catalogue.close();
  });
});
