import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBundles, readFrom } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { activate } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { type Fault, faultyProxy } from '../../faulty-proxy';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { twoPlainBundles } from './plain-bundle';

// `npm run test:kill` kills a hundred times.
const KILLS = Number(process.env.GOODNET_KILLS ?? 5);

/** When a publish is killed: at one of its requests, which then is not done, half done, or done; or shortly afterwards. */
const moments = fc.record({
  share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  what: fc.constantFrom<Fault>('before', 'half', 'after', 'none'),
  later: fc.integer({ min: 0, max: 20 }),
});

describe.skipIf(!hasS3Server)('a publish that is killed', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-kill-'));
  const made: { path: string; id: string }[] = [];
  let server: S3Server;

  beforeAll(async () => {
    made.push(...(await twoPlainBundles(work)));
    server = await startS3Server();
  });
  afterAll(async () => {
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  /** Runs `goodnet publish --activate` through a proxy. @returns the requests that it made, and how it ended */
  async function run(
    path: string,
    address: string,
    at: (count: number, child: ChildProcess) => Promise<Fault>,
  ) {
    const proxy = await faultyProxy(server.endpoint, (count) => at(count, child));
    const child = spawn(
      process.execPath,
      ['dist/goodnet.js', 'publish', path, '--to', address, '--activate'],
      { env: { ...process.env, ...server.env, AWS_ENDPOINT_URL_S3: proxy.endpoint }, stdio: 'ignore' },
    );
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
    await proxy.close();
    return { requests: proxy.seen, signal };
  }

  /** That whoever reads gets whole bundles. @returns the one that is current */
  async function holdsWhole(files: Files): Promise<string> {
    for (const { id } of (await listBundles(files)).bundles) await readFrom(files, id);
    return (await readFrom(files)).manifest.id;
  }

  it(`leaves the old bundle readable, ${KILLS} times over, and goes on`, {
    timeout: KILLS * 10_000 + 60_000,
  }, async () => {
    const [old, young] = made as [(typeof made)[0], (typeof made)[0]];
    const store = async () => {
      const address = `s3://goodnet/${randomUUID()}`;
      const files = s3Files(address, s3Client(server.config));
      await publish(old.path, files);
      await activate(files, old.id);
      return { address, files };
    };
    const whole = await store();
    const { requests, signal } = await run(young.path, whole.address, async () => 'none');
    expect({ signal, current: await holdsWhole(whole.files) }).toEqual({ signal: null, current: young.id });

    let pointedAtOld = 0;
    for (const { share, what, later } of fc.sample(moments, { numRuns: KILLS, seed: 1 })) {
      const { address, files } = await store();
      const fatal = Math.floor(share * requests);
      const ended = await run(young.path, address, async (count, child) => {
        if (count !== fatal) return count < fatal ? 'none' : 'before';
        if (what === 'none') {
          setTimeout(later).then(() => child.kill('SIGKILL'));
          return 'none';
        }
        const isGone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await isGone;
        return what;
      });
      if (what !== 'none') expect(ended.signal).toBe('SIGKILL');
      const current = await holdsWhole(files);
      expect([old.id, young.id]).toContain(current);
      if (current === old.id) pointedAtOld++;
      await publish(young.path, files);
      await activate(files, young.id);
      expect(await holdsWhole(files)).toBe(young.id);
      expect((await readCurrent(files))!.before).toEqual([old.id]);
      expect((await listBundles(files)).bundles.length).toBe(2);
    }
    // All but those at the very end.
    expect(pointedAtOld).toBeGreaterThan(KILLS / 2);
  });
});
