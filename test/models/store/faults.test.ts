import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listBundles, readFrom } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { activate, rollback } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { type Fault, type FaultyProxy, faultyProxy } from '../../faulty-proxy';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { twoPlainBundles } from './plain-bundle';

const FAULTS: readonly Fault[] = ['500', '503', 'before', 'half', 'after', 'cut', 'slow'];

describe.skipIf(!hasS3Server)('a store in an S3 that has faults', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-faults-'));
  const made: { path: string; id: string }[] = [];
  let server: S3Server;
  let proxy: FaultyProxy | undefined;

  beforeAll(async () => {
    made.push(...(await twoPlainBundles(work)));
    server = await startS3Server();
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });
  afterAll(async () => {
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  /** The same store, straight and through a proxy. */
  async function stores(fault: (count: number) => Fault): Promise<{ straight: Files; faulty: Files }> {
    proxy = await faultyProxy(server.endpoint, fault);
    const address = `s3://goodnet/${randomUUID()}`;
    const through = s3Client({ ...server.config, endpoint: proxy.endpoint });
    return { straight: s3Files(address, s3Client(server.config)), faulty: s3Files(address, through) };
  }

  it.each(FAULTS)(
    'publishes, activates, reads and goes back where every fourth request fails: %s',
    async (fault) => {
      const { straight, faulty } = await stores((count) => (count % 4 === 1 ? fault : 'none'));
      for (const { path, id } of made) {
        await publish(path, faulty);
        expect(await activate(faulty, id)).toBe(id);
      }
      const [old, young] = made as [(typeof made)[0], (typeof made)[0]];
      expect((await readFrom(faulty)).manifest.id).toBe(young.id);
      expect(await rollback(faulty)).toBe(old.id);
      expect((await readFrom(straight)).manifest.id).toBe(old.id);
      expect(await readCurrent(straight)).toMatchObject({ bundle: old.id, before: [young.id] });
      expect((await listBundles(faulty)).bundles.length).toBe(2);
    },
  );

  it('shows the old bundle, whole, until the new one is, however faults fall', async () => {
    const falls = fc.infiniteStream(fc.constantFrom<Fault>(...Array(18).fill('none'), ...FAULTS));
    await fc.assert(
      fc.asyncProperty(falls, async (stream) => {
        const { straight, faulty } = await stores(() => stream.next().value);
        const [old, young] = made as [(typeof made)[0], (typeof made)[0]];
        await publish(old.path, straight);
        await activate(straight, old.id);
        let isDone = false;
        const reader = (async () => {
          while (!isDone) expect([old.id, young.id]).toContain((await readFrom(straight)).manifest.id);
        })();
        for (let tries = 0; tries < 20 && !isDone; tries++) {
          isDone = await publish(young.path, faulty)
            .then(() => activate(faulty, young.id))
            .then(
              () => true,
              () => false,
            );
        }
        expect(isDone).toBe(true);
        await reader;
        expect((await readFrom(straight)).manifest.id).toBe(young.id);
        await proxy?.close();
      }),
      { numRuns: 3, seed: 1 },
    );
  });

  it('gives up where it always fails, and says what', async () => {
    const { straight, faulty } = await stores(() => '503');
    await expect(publish(made[0]!.path, faulty)).rejects.toThrow(/(looking for|writing|reading) \S+ failed/);
    expect(await straight.list('')).toEqual([]);
  });

  it('does not wait for ever for a server that does not answer', async () => {
    proxy = await faultyProxy(server.endpoint, () => new Promise<Fault>(() => {}));
    const hasty = s3Client({
      ...server.config,
      endpoint: proxy.endpoint,
      maxAttempts: 2,
      requestHandler: { socketTimeout: 200 },
    });
    await expect(s3Files('s3://goodnet/x', hasty).read('a')).rejects.toThrow(/reading a failed/);
    expect(proxy.seen).toBe(2);
  });
});
