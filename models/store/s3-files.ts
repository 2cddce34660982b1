import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { regionHere } from '../aws-region';
import { GoodNetError, messageOf } from '../errors';
import { quietly } from '../quiet-aws';
import { type Files, type StoredFile, UnusableFile } from './files';

/** S3 takes as many keys in one request. */
const MOST_KEYS = 1000;
/** Milliseconds to connect, and without a sign of the server; then it is tried again. */
const CONNECT_WITHIN = 5_000;
const SILENT_AT_MOST = 30_000;
/** An object that breaks off in the middle is asked for so many times. */
const READS = 5;

/** What the client of S3 throws. */
export interface S3Fault {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The client of S3, by AWS's usual environment (AWS_REGION or AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, credentials, the profile); 5xx and throttling are
 * tried again, with back-off.
 */
export function s3Client(config: S3ClientConfig = {}): S3Client {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const all: S3ClientConfig = {
    maxAttempts: 6,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: CONNECT_WITHIN, socketTimeout: SILENT_AT_MOST },
    // Whoever reads asks for S3's checksums (ChecksumMode) where nothing else verifies what comes.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Servers that are not AWS's have no host a bucket.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...regionHere(),
    ...config,
  };
  return quietly(() => new S3Client(all));
}

/** Files in S3, and how large they are. */
export interface S3Files extends Files {
  /** What `list` lists, each with its bytes. */
  sized(start: string): Promise<{ key: string; bytes: number }[]>;
}

/**
 * A prefix of an S3 bucket as a store. Checksums (SHA-256) are sent with what is written and verified by S3; conditions
 * are S3's own (If-Match, If-None-Match), so that of two writers one is told.
 * @param address `s3://bucket/prefix`
 * @throws GoodNetError `usage` for an address that is none; from its methods `environment` where S3 refuses
 */
export function s3Files(address: string, client: S3Client = s3Client()): S3Files {
  const { bucket, prefix } = parseS3(address);
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` });
  const failed =
    (what: string) =>
    (error: unknown): never => {
      throw new GoodNetError(`${address}: ${what} failed: ${messageOf(error)}`, {
        code: 'STORE_UNAVAILABLE',
        hint: 'Check the address, the credentials, and what they may do.',
        cause: error,
      });
    };
  const head = async (key: string) => {
    try {
      return await client.send(new HeadObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' }));
    } catch (error) {
      return isMissing(error) ? undefined : failed(`looking for ${key}`)(error);
    }
  };
  async function* pages(Prefix: string, Delimiter?: string) {
    try {
      yield* paginateListObjectsV2({ client }, { Bucket: bucket, Prefix, Delimiter });
    } catch (error) {
      failed('listing')(error);
    }
  }
  async function sized(start: string) {
    const found: { key: string; bytes: number }[] = [];
    for await (const { Contents = [] } of pages(`${prefix}${start}`))
      for (const { Key = '', Size = 0 } of Contents)
        found.push({ key: Key.slice(prefix.length), bytes: Size });
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
  return {
    address,
    async read(key, { isChecked = false, maxBytes = Number.POSITIVE_INFINITY } = {}) {
      const input = isChecked ? at(key) : ({ ...at(key), ChecksumMode: 'ENABLED' } as const);
      const file = await fetchWhole(client, input, maxBytes).catch((error) =>
        isMissing(error) ? undefined : failed(`reading ${key}`)(error),
      );
      if (file !== 'too-large') return file;
      throw new UnusableFile(`${address}/${key} can't be read: it is more than ${maxBytes} bytes long`, {
        hint: 'Look who may write there, and remove it.',
      });
    },
    async write(key, bytes, condition) {
      const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64');
      const only =
        condition === 'any'
          ? {}
          : condition === 'new'
            ? { IfNoneMatch: '*' }
            : { IfMatch: condition.version };
      try {
        await client.send(new PutObjectCommand({ ...at(key), Body: bytes, ChecksumSHA256, ...only }));
        return true;
      } catch (error) {
        const status = (error as S3Fault).$metadata?.httpStatusCode;
        // Missing: what was to be replaced is gone. 409: somebody is writing it right now.
        const isLost = status === 412 || status === 409 || isMissing(error);
        if (condition !== 'any' && isLost) return false;
        return failed(`writing ${key}`)(error);
      }
    },
    async has(key, { bytes, sha256 }) {
      const found = await head(key);
      const checksum = Buffer.from(sha256, 'hex').toString('base64');
      return found?.ContentLength === bytes && found.ChecksumSHA256 === checksum;
    },
    modified: async (key) => (await head(key))?.LastModified?.getTime(),
    async folders() {
      const names: string[] = [];
      for await (const { CommonPrefixes = [] } of pages(prefix, '/'))
        for (const { Prefix = '' } of CommonPrefixes) names.push(Prefix.slice(prefix.length, -1));
      return names.sort();
    },
    list: async (start) => (await sized(start)).map(({ key }) => key),
    sized,
    async remove(keys) {
      for (let start = 0; start < keys.length; start += MOST_KEYS) {
        const Objects = keys.slice(start, start + MOST_KEYS).map((key) => ({ Key: at(key).Key }));
        const { Errors: [fault] = [] } = await client
          .send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }))
          .catch(failed('removing'));
        if (fault) failed(`removing ${fault.Key}`)(new Error(fault.Message));
      }
    },
  };
}

/** A place in S3; the prefix ends in / unless it is empty. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** The parts of `s3://bucket/prefix`. @throws GoodNetError `usage` */
export function parseS3(address: string): S3Place {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) {
    throw new GoodNetError(`${address} is no address in S3`, {
      kind: 'usage',
      hint: 'Write s3://bucket/prefix.',
    });
  }
  const plain = prefix.replace(/\/+$/, '');
  return { bucket, prefix: plain === '' ? '' : `${plain}/` };
}

/** Reads an object; what breaks off in the middle of the body, which the client leaves to us, is tried again. */
export async function fetchWhole(client: S3Client, input: GetObjectCommandInput): Promise<StoredFile>;
export async function fetchWhole(
  client: S3Client,
  input: GetObjectCommandInput,
  maxBytes: number,
): Promise<StoredFile | 'too-large'>;
export async function fetchWhole(
  client: S3Client,
  input: GetObjectCommandInput,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<StoredFile | 'too-large'> {
  for (let reads = 1; ; reads++) {
    const { Body, ETag = '', ContentLength, VersionId } = await client.send(new GetObjectCommand(input));
    const body = Body as Readable & NonNullable<typeof Body>;
    if (ContentLength !== undefined && ContentLength > maxBytes) {
      body.destroy();
      return 'too-large';
    }
    try {
      const bytes =
        ContentLength === undefined ? await body.transformToByteArray() : await collect(body, ContentLength);
      // What was there before the bucket kept versions is called null.
      return {
        bytes,
        version: ETag,
        versionId: VersionId === 'null' ? undefined : VersionId,
      };
    } catch (error) {
      if (reads === READS) throw error;
      await setTimeout(50 * 2 ** reads * Math.random());
    }
  }
}

/** A body into memory of its size; gathered in parts, and put together, it would take that twice. */
async function collect(body: Readable, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    if (at + part.length > size) throw new RangeError(`${size} bytes were announced, and more came`);
    bytes.set(part, at);
    at += part.length;
  }
  if (at < size) throw new RangeError(`${size} bytes were announced, and ${at} came`);
  return bytes;
}

/** Whether S3 has no such object; a bucket that is not there is no object that is missing, but a mistake of whoever named it. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as S3Fault;
  if (name === 'NoSuchBucket') return false;
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
