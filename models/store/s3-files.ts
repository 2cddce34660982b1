import { createHash } from 'node:crypto';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { GoodNetError, messageOf } from '../errors';
import type { Files } from './files';

/** S3 takes as many keys in one request. */
const MOST_KEYS = 1000;

interface S3Fault {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * The client of S3, by AWS's usual environment (AWS_REGION, AWS_ENDPOINT_URL_S3, credentials); 5xx and throttling are
 * tried again, with back-off.
 */
export function s3Client(config: S3ClientConfig = {}): S3Client {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  return new S3Client({
    maxAttempts: 6,
    retryMode: 'standard',
    // Servers that are not AWS's have no host a bucket.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...config,
  });
}

/**
 * A prefix of an S3 bucket as a store. Checksums (SHA-256) are sent with what is written and verified by S3; conditions
 * are S3's own (If-Match, If-None-Match), so that of two writers one is told.
 * @param address `s3://bucket/prefix`
 * @throws GoodNetError `usage` for an address that is none; from its methods `environment` where S3 refuses
 */
export function s3Files(address: string, client: S3Client = s3Client()): Files {
  const { bucket, prefix } = parseS3(address);
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` });
  const failed = (what: string) => (error: unknown) => {
    throw new GoodNetError(`${address}: ${what} failed: ${messageOf(error)}`, {
      kind: 'environment',
      hint: 'Check the address, the credentials, and what they may do.',
      cause: error,
    });
  };
  return {
    address,
    async read(key) {
      try {
        const { Body, ETag } = await client.send(
          new GetObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' }),
        );
        return { bytes: await Body!.transformToByteArray(), version: ETag! };
      } catch (error) {
        return isMissing(error) ? undefined : failed(`reading ${key}`)(error);
      }
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
        // 404: what was to be replaced is gone. 409: somebody is writing it right now.
        if (condition !== 'any' && (status === 412 || status === 409 || status === 404)) return false;
        return failed(`writing ${key}`)(error);
      }
    },
    async has(key, bytes) {
      try {
        return (await client.send(new HeadObjectCommand(at(key)))).ContentLength === bytes;
      } catch (error) {
        return isMissing(error) ? false : failed(`looking for ${key}`)(error);
      }
    },
    async list(start) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = await client
          .send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: `${prefix}${start}`,
              ContinuationToken: token,
            }),
          )
          .catch(failed('listing'));
        for (const { Key } of page!.Contents ?? []) keys.push(Key!.slice(prefix.length));
        token = page!.NextContinuationToken;
      } while (token);
      return keys.sort();
    },
    async remove(keys) {
      for (let start = 0; start < keys.length; start += MOST_KEYS) {
        const Objects = keys.slice(start, start + MOST_KEYS).map((key) => ({ Key: at(key).Key }));
        const done = await client
          .send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }))
          .catch(failed('removing'));
        const [fault] = done!.Errors ?? [];
        if (fault) failed(`removing ${fault.Key}`)(new Error(fault.Message));
      }
    },
  };
}

/** The parts of `s3://bucket/prefix`; the prefix ends in / unless it is empty. @throws GoodNetError `usage` */
export function parseS3(address: string): { bucket: string; prefix: string } {
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

function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as S3Fault;
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
