import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputs } from '../../../build-repair/job/fetch';

let folder: string;

/** A client of S3 whose requests are answered here. */
const answeredBy = (send: (command: object) => Promise<object>) =>
  Object.assign(new S3Client({ region: 'eu-central-1' }), { send });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-job-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('inputs', () => {
  it('refuses a key that leads out of the folder', async () => {
    const objects = ['in/a.png', 'in/../../../escaped.txt'];
    const send = async (command: object) => {
      if (command instanceof HeadObjectCommand)
        throw Object.assign(new Error('none'), { $metadata: { httpStatusCode: 404 } });
      if (command instanceof ListObjectsV2Command)
        return { Contents: objects.map((Key) => ({ Key, ETag: 'e' })) };
      return { Body: Readable.from([Buffer.from('x')]) };
    };
    const work = join(folder, 'a/b/c');
    const asked = inputs(work, { client: answeredBy(send) });
    await expect(asked.local('s3://inbox/in')).rejects.toThrow(
      /s3:\/\/inbox\/in: the key .*escaped.txt leads out/,
    );
    expect(readdirSync(folder, { recursive: true }).join()).not.toContain('escaped');
  });
});

describe('the version of a folder', () => {
  const set = () => join(folder, 'set');
  const asked = () => inputs(join(folder, 'work')).version(set());
  beforeEach(() => {
    for (const name of ['1', '2']) mkdirSync(join(set(), name), { recursive: true });
    writeFileSync(join(set(), '1/a.png'), 'one');
  });

  it('changes with each file below it, its name, and its folder', async () => {
    const seen = [await asked()];
    expect(await asked()).toBe(seen[0]);
    const changes = [
      () => writeFileSync(join(set(), '1/a.png'), 'other'),
      () => utimesSync(join(set(), '1/a.png'), 1, 1),
      () => writeFileSync(join(set(), '2/b.png'), 'two'),
      () => renameSync(join(set(), '1/a.png'), join(set(), '2/a.png')),
      () => rmSync(join(set(), '2/b.png')),
    ];
    for (const change of changes) {
      change();
      const now = await asked();
      expect(now).toMatch(/^[0-9a-f]{64}$/);
      expect(seen).not.toContain(now);
      seen.push(now);
    }
  });

  it('is told in S3, too, where objects go to another class', async () => {
    const at = async (...keys: string[]) => {
      const send = async (command: object) => {
        if (command instanceof HeadObjectCommand)
          throw Object.assign(new Error('none'), { $metadata: { httpStatusCode: 404 } });
        return { Contents: keys.map((Key) => ({ Key, ETag: 'e' })) };
      };
      return await inputs(folder, { client: answeredBy(send) }).version('s3://inbox/in');
    };
    expect(await at('in/1/a.png')).toBe(await at('in/1/a.png'));
    expect(await at('in/1/a.png')).not.toBe(await at('in/2/a.png'));
  });
});
