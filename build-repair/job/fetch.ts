import { createHash } from 'node:crypto';
import { createWriteStream, type Stats } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { GoodNetError, messageOf } from '../../models/errors';
import { first } from '../../models/present';
import { isS3 } from '../../models/store/address';
import { isMissing, parseS3, s3Client } from '../../models/store/s3-files';
import { listFiles } from '../images/listing';
import { pathOf } from '../images/names';

/** Files that a job reads, each fetched once. */
export interface Inputs {
  /**
   * A path that the file or folder at an address can be read from.
   * @throws GoodNetError `data` where there is nothing, `environment` where S3 refuses
   */
  local(address: string): Promise<string>;
  /** Changes with what is at an address; cheap. @throws as `local` */
  version(address: string): Promise<string>;
}

/** @param work a folder of this process's own, for what comes from S3 */
export function inputs(
  work: string,
  { client, signal }: { client?: S3Client; signal?: AbortSignal } = {},
): Inputs {
  let s3 = client;
  const clientOfS3 = () => {
    s3 ??= s3Client();
    return s3;
  };
  const fetched = new Map<string, Promise<string>>();
  const objectsAt = (address: string) => listing(clientOfS3(), address, signal);
  return {
    local(address) {
      if (!isS3(address)) return Promise.resolve(address);
      const into = join(work, `${fetched.size}`, basename(address));
      const once =
        fetched.get(address) ??
        objectsAt(address).then((found) => download(clientOfS3(), found, into, signal));
      fetched.set(address, once);
      return once;
    },
    async version(address) {
      if (isS3(address)) {
        const { prefix, objects } = await objectsAt(address);
        // The folders of images are their classes: where an object is tells as much as what is in it.
        return prefix === undefined
          ? first(objects).etag
          : digest(objects.map(({ key, etag }) => [key, etag]));
      }
      const found = await stat(address).catch((cause) => {
        throw nothingAt(address, cause);
      });
      return found.isDirectory() ? await folderVersion(address) : await fileVersion(address, found);
    },
  };
}

const versionOf = ({ size, mtimeMs }: Stats) => `${size} ${mtimeMs}`;

/** Changes with a file's size and time, and with those of the files that an ONNX net's weights lie in. */
async function fileVersion(path: string, found: Stats): Promise<string> {
  const { filesOf } = await import('../../models/net-files');
  // What can't be told now is said when the net is read.
  const [, ...others] = await filesOf(path).catch(() => [path]);
  if (others.length === 0) return versionOf(found);
  const all = await Promise.all(
    others.map(async (each): Promise<[string, string]> => [each, versionOf(await stat(each))]),
  );
  return digest([['', versionOf(found)], ...all]);
}

/** Changes with the names, sizes and times of the files below a folder. */
async function folderVersion(folder: string): Promise<string> {
  const files: [string, string][] = [];
  for (const file of await listFiles(folder)) {
    // A link that leads nowhere: reading it will say so.
    const found = await stat(pathOf(join(folder, file))).catch(() => undefined);
    files.push([file, found ? versionOf(found) : '']);
  }
  return digest(files);
}

/** However many files there are, what tells them from others is short. */
function digest(files: readonly (readonly [string, string])[]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}

interface Found {
  readonly address: string;
  readonly bucket: string;
  /** Undefined where the address is an object's own. */
  readonly prefix: string | undefined;
  readonly objects: readonly { readonly key: string; readonly etag: string }[];
}

/** The object at an address, or those below it. */
async function listing(client: S3Client, address: string, abortSignal?: AbortSignal): Promise<Found> {
  const { bucket, prefix } = parseS3(address);
  const key = prefix.replace(/\/$/, '');
  try {
    const head = await client
      .send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal })
      .catch((error) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
    if (head) return { address, bucket, prefix: undefined, objects: [{ key, etag: head.ETag ?? '' }] };
    const objects: { key: string; etag: string }[] = [];
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }, { abortSignal });
    for await (const { Contents = [] } of pages) {
      for (const { Key: key = '', ETag: etag = '' } of Contents) {
        if (!key.endsWith('/')) objects.push({ key, etag });
      }
    }
    if (objects.length === 0) throw nothingAt(address);
    return { address, bucket, prefix, objects };
  } catch (error) {
    throw refused(address, error);
  }
}

const AT_ONCE = 8;

async function download(
  client: S3Client,
  found: Found,
  into: string,
  abortSignal?: AbortSignal,
): Promise<string> {
  const { address, bucket, prefix } = found;
  const waiting = [...found.objects];
  const fetchNext = async () => {
    for (let object = waiting.shift(); object; object = waiting.shift()) {
      const path = prefix === undefined ? into : below(into, object.key.slice(prefix.length), address);
      await mkdir(dirname(path), { recursive: true });
      const wanted = {
        Bucket: bucket,
        Key: object.key,
        IfMatch: object.etag,
        ChecksumMode: 'ENABLED',
      } as const;
      const { Body } = await client.send(new GetObjectCommand(wanted), { abortSignal });
      await pipeline(Body as Readable, createWriteStream(path), { signal: abortSignal });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
  } catch (error) {
    throw refused(address, error);
  }
  return into;
}

/** @throws GoodNetError for a key that leads out of the folder: S3 takes `..` in keys for a name like any other */
function below(folder: string, name: string, address: string): string {
  const path = join(folder, name);
  if (path.startsWith(`${join(folder)}${sep}`)) return path;
  throw new GoodNetError(`${address}: the key ${name} leads out of it`, {
    hint: 'Copy or rename that object: keys with .. between slashes are not fetched.',
  });
}

function nothingAt(address: string, cause?: unknown): GoodNetError {
  return new GoodNetError(`${address}: there is no such file or folder`, {
    code: 'INPUT_NOT_FOUND',
    hint: 'Addresses are relative to where the job file is.',
    cause,
  });
}

function refused(address: string, error: unknown): unknown {
  if (error instanceof GoodNetError || (error as Error)?.name === 'AbortError') return error;
  return new GoodNetError(`${address} can't be fetched: ${messageOf(error)}`, {
    code: 'S3_UNAVAILABLE',
    kind: 'environment',
    hint: 'Check the address, the credentials, and what they may do.',
    cause: error,
  });
}
