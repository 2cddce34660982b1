import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnusableFile } from '../../../models/store/files';
import { fetchWhole, isMissing, parseS3, s3Client, s3Files } from '../../../models/store/s3-files';

type Input = { [key: string]: unknown };
interface Asked {
  readonly what: string;
  readonly input: Input;
}

const config = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } };
const bytes = (text: string) => new TextEncoder().encode(text);
const fault = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

/** A store in S3 whose requests are answered here. @param answer gives an answer, or throws */
function store(answer: (asked: Asked, count: number) => unknown, address = 's3://bucket/some where/') {
  const asked: Asked[] = [];
  const client = s3Client(config);
  client.send = async (command: { constructor: { name: string }; input: Input }) => {
    const what = command.constructor.name.replace('Command', '');
    asked.push({ what, input: command.input });
    return answer(asked.at(-1)!, asked.length);
  };
  return { files: s3Files(address, client), client, asked };
}

/** The body of an object, in parts. @param breaks thrown after them */
function body(parts: readonly string[], breaks?: Error) {
  const stream = Readable.from(
    (function* () {
      for (const part of parts) yield bytes(part);
      if (breaks) throw breaks;
    })(),
  );
  return Object.assign(stream, { transformToByteArray: async () => bytes(parts.join('')) });
}
const object = (text: string, more: object = {}) => ({
  Body: body([text]),
  ETag: '"e"',
  ContentLength: text.length,
  ...more,
});

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('an object in S3', () => {
  it('is read below the prefix, and S3 asked for its checksum where nobody else verifies it', async () => {
    const { files, asked } = store(() => object('one', { VersionId: 'v1' }));
    expect(files.address).toBe('s3://bucket/some where/');
    const { bytes: read, version, versionId } = (await files.read('a/b'))!;
    expect([new TextDecoder().decode(read), version, versionId]).toEqual(['one', '"e"', 'v1']);
    await files.read('a/b', { isChecked: true });
    const at = { Bucket: 'bucket', Key: 'some where/a/b' };
    expect(asked.map(({ input }) => input)).toEqual([{ ...at, ChecksumMode: 'ENABLED' }, at]);
  });

  it('of before the bucket kept versions has none', async () => {
    const { files } = store(() => object('one', { VersionId: 'null' }));
    expect((await files.read('a'))!.versionId).toBeUndefined();
  });

  it('may be as long as the reader says, and no longer', async () => {
    const sent: ReturnType<typeof object>[] = [];
    const { files } = store(() => {
      sent.push(object('one'));
      return sent.at(-1);
    });
    expect((await files.read('a', { maxBytes: 3 }))!.bytes.length).toBe(3);
    const refused = files.read('a', { maxBytes: 2 });
    await expect(refused).rejects.toBeInstanceOf(UnusableFile);
    await expect(refused).rejects.toThrow(/a can't be read: it is more than 2 bytes long$/);
    // Nothing more of it is sent.
    expect(sent[1]!.Body.destroyed).toBe(true);
  });

  it('that is not there is none; anything else is told', async () => {
    for (const missing of [fault('NoSuchKey', 404), fault('NotFound'), fault('Unknown', 404)]) {
      const { files } = store(() => Promise.reject(missing));
      expect(await files.read('a')).toBeUndefined();
      expect(await files.modified('a')).toBeUndefined();
      expect(await files.has('a', { bytes: 1, sha256: '' })).toBe(false);
      expect(isMissing(missing)).toBe(true);
    }
    for (const wrong of [fault('NoSuchBucket', 404), fault('AccessDenied', 403), fault('Broken')]) {
      const { files } = store(() => Promise.reject(wrong));
      expect(isMissing(wrong)).toBe(false);
      for (const [ask, what] of [
        [() => files.read('a'), 'reading a'],
        [() => files.modified('a'), 'looking for a'],
        [() => files.has('a', { bytes: 1, sha256: '' }), 'looking for a'],
        [() => files.list(''), 'listing'],
        [() => files.folders(), 'listing'],
        [() => files.remove(['a']), 'removing'],
        [() => files.write('a', bytes('x'), 'any'), 'writing a'],
        [() => files.write('a', bytes('x'), 'new'), 'writing a'],
      ] as const)
        await expect(ask()).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
          message: `s3://bucket/some where/: ${what} failed: ${wrong.message}`,
          cause: wrong,
        });
    }
  });

  it('is written with its checksum, and on conditions of S3', async () => {
    const { files, asked } = store(() => ({}));
    expect(await files.write('a', bytes('one'), 'any')).toBe(true);
    expect(await files.write('a', bytes('one'), 'new')).toBe(true);
    expect(await files.write('a', bytes('one'), { version: '"e"' })).toBe(true);
    const sent = {
      Bucket: 'bucket',
      Key: 'some where/a',
      Body: bytes('one'),
      ChecksumSHA256: createHash('sha256').update('one').digest('base64'),
    };
    expect(asked).toEqual([
      { what: 'PutObject', input: sent },
      { what: 'PutObject', input: { ...sent, IfNoneMatch: '*' } },
      { what: 'PutObject', input: { ...sent, IfMatch: '"e"' } },
    ]);
  });

  it('that somebody else has written, writes, or removed meanwhile is not written over', async () => {
    for (const lost of [fault('PreconditionFailed', 412), fault('Conflict', 409), fault('NoSuchKey', 404)]) {
      const { files } = store(() => Promise.reject(lost));
      expect(await files.write('a', bytes('x'), 'new')).toBe(false);
      expect(await files.write('a', bytes('x'), { version: '"e"' })).toBe(false);
      await expect(files.write('a', bytes('x'), 'any')).rejects.toThrow(/writing a failed/);
    }
  });

  it('is the one that is meant by its size and checksum', async () => {
    const sha256 = createHash('sha256').update('one').digest();
    const found = { ContentLength: 3, ChecksumSHA256: sha256.toString('base64') };
    const { files, asked } = store(() => found);
    const has = (size: number, of: string) =>
      files.has('a', { bytes: size, sha256: createHash('sha256').update(of).digest('hex') });
    expect([await has(3, 'one'), await has(4, 'one'), await has(3, 'two')]).toEqual([true, false, false]);
    const input = { Bucket: 'bucket', Key: 'some where/a', ChecksumMode: 'ENABLED' };
    expect(asked[0]).toEqual({ what: 'HeadObject', input });
    const { files: others } = store(() => ({ ContentLength: 3 }));
    expect(await others.has('a', { bytes: 3, sha256: sha256.toString('hex') })).toBe(false);
  });

  it('was written when S3 says so', async () => {
    const { files } = store(() => ({ LastModified: new Date(5000) }));
    expect(await files.modified('a')).toBe(5000);
  });
});

describe('objects in S3', () => {
  it('are listed page by page, in order, without the prefix', async () => {
    const pages = [
      {
        Contents: [{ Key: 'some where/c/2', Size: 7 }, { Key: 'some where/c/1' }],
        IsTruncated: true,
        NextContinuationToken: 't',
      },
      {},
      { Contents: [{ Key: 'some where/b', Size: 1 }] },
    ];
    pages[1] = { IsTruncated: true, NextContinuationToken: 'u' } as (typeof pages)[1];
    const { files, asked } = store((_, count) => pages[(count - 1) % 3]);
    expect(await files.list('c')).toEqual(['b', 'c/1', 'c/2']);
    expect(await files.sized('')).toEqual([
      { key: 'b', bytes: 1 },
      { key: 'c/1', bytes: 0 },
      { key: 'c/2', bytes: 7 },
    ]);
    expect(asked.map(({ what, input }) => [what, input.Prefix, input.Delimiter])).toEqual([
      ...Array(3).fill(['ListObjectsV2', 'some where/c', undefined]),
      ...Array(3).fill(['ListObjectsV2', 'some where/', undefined]),
    ]);
  });

  it('lie in folders, which are listed in order', async () => {
    const page = { CommonPrefixes: [{ Prefix: 'some where/b/' }, { Prefix: 'some where/a c/' }] };
    const { files, asked } = store(() => page);
    expect(await files.folders()).toEqual(['a c', 'b']);
    expect(asked[0]!.input).toMatchObject({ Bucket: 'bucket', Prefix: 'some where/', Delimiter: '/' });
    expect(await store(() => ({})).files.folders()).toEqual([]);
    expect(await store(() => ({})).files.list('')).toEqual([]);
  });

  it('are removed a thousand at once, and one that is not is told', async () => {
    const { files, asked } = store(() => ({}));
    await files.remove(Array.from({ length: 2001 }, (_, i) => `k${i}`));
    const sent = asked.map(({ input }) => (input.Delete as { Objects: { Key: string }[] }).Objects);
    expect(sent.map((each) => each.length)).toEqual([1000, 1000, 1]);
    expect(sent.flat().map(({ Key }) => Key)).toEqual(
      Array.from({ length: 2001 }, (_, i) => `some where/k${i}`),
    );
    expect(asked[0]).toMatchObject({
      what: 'DeleteObjects',
      input: { Bucket: 'bucket', Delete: { Quiet: true } },
    });
    await files.remove([]);
    expect(asked.length).toBe(3);
    const { files: others } = store(() => ({ Errors: [{ Key: 'some where/a', Message: 'locked' }] }));
    await expect(others.remove(['a'])).rejects.toThrow(/removing some where\/a failed: locked/);
  });
});

describe('an object that breaks off', () => {
  const broken = new Error('reset');
  const input = { Bucket: 'b', Key: 'k' };

  it('is asked for again, five times at most', async () => {
    const flaky = store((_, count) =>
      count < 5 ? object('one', { Body: body(['on'], broken) }) : object('one'),
    );
    expect((await fetchWhole(flaky.client, input)).bytes).toEqual(bytes('one'));
    expect(flaky.asked.length).toBe(5);
    const never = store(() => object('one', { Body: body(['on'], broken) }));
    await expect(fetchWhole(never.client, input)).rejects.toThrow('reset');
    expect(never.asked.length).toBe(5);
  });

  it('is not taken for whole, nor one of which more comes than was announced', async () => {
    const short = store(() => object('one', { Body: body(['o']) }));
    await expect(fetchWhole(short.client, input)).rejects.toThrow('3 bytes were announced, and 1 came');
    const long = store(() => object('one', { Body: body(['one', '!']) }));
    await expect(fetchWhole(long.client, input)).rejects.toThrow('3 bytes were announced, and more came');
    const parts = store(() => object('one', { Body: body(['o', 'ne', '']) }));
    expect((await fetchWhole(parts.client, input)).bytes).toEqual(bytes('one'));
  });

  it('is waited for longer and longer', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.1);
    const waited: number[] = [];
    let last = 0;
    const never = store(() => {
      const now = performance.now();
      if (last > 0) waited.push(now - last);
      last = now;
      return object('one', { Body: body([], broken) });
    });
    await expect(fetchWhole(never.client, input)).rejects.toThrow('reset');
    // At least 50 × 2 × 0.1 ms, and twice that each time; timers are exact to a millisecond.
    for (const [i, least] of [10, 20, 40, 80].entries()) expect(waited[i]).toBeGreaterThanOrEqual(least - 2);
  });
});

describe('the client of S3', () => {
  it('asks AWS, or the server that the environment names, where buckets have no host', async () => {
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) vi.stubEnv(name, undefined);
    const plain = s3Client(config).config;
    expect([plain.forcePathStyle, await plain.region()]).toEqual([false, 'us-east-1']);
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) {
      vi.stubEnv(name, `http://${name.toLowerCase().replaceAll('_', '-')}:7070`);
      const { forcePathStyle, endpoint } = s3Client(config).config;
      expect(forcePathStyle).toBe(true);
      expect((await endpoint!()).hostname).toBe(name.toLowerCase().replaceAll('_', '-'));
    }
  });

  it('tries six times, and leaves checksums to whoever asks for them', async () => {
    const { maxAttempts, retryMode, responseChecksumValidation } = s3Client(config).config;
    const mode = typeof retryMode === 'function' ? await retryMode() : retryMode;
    expect([await maxAttempts(), mode]).toEqual([6, 'standard']);
    expect(await responseChecksumValidation()).toBe('WHEN_REQUIRED');
    expect(await s3Client({ ...config, maxAttempts: 2 }).config.maxAttempts()).toBe(2);
  });

  it('takes addresses of a bucket, and a prefix', () => {
    expect(parseS3('s3://a-b.c1')).toEqual({ bucket: 'a-b.c1', prefix: '' });
    expect(parseS3('s3://bucket/')).toEqual({ bucket: 'bucket', prefix: '' });
    expect(parseS3('s3://bucket/a//')).toEqual({ bucket: 'bucket', prefix: 'a/' });
    expect(parseS3(`s3://${'b'.repeat(63)}/a/b`)).toEqual({ bucket: 'b'.repeat(63), prefix: 'a/b/' });
    for (const wrong of [
      's3://ab',
      `s3://${'b'.repeat(64)}`,
      's3://-bucket',
      's3://bucket-',
      's3://bu_cket',
      'x s3://bucket',
      's3://bucket?x',
    ])
      expect(() => parseS3(wrong)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});
