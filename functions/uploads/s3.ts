import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Condition } from '../../models/store/files';
import { fetchWhole, type S3Fault } from '../../models/store/s3-files';
import { isGone, setTags, type Tagged, type Tags } from './tagging';

/** An object of a bucket, or one version of it. */
export interface UploadedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** An object's content. */
export interface Fetched {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly versionId?: string | undefined;
}

/**
 * Why an object can't be had, or not any more (`archived`: in Glacier; `encrypted`: with a key of the uploader's own); it
 * is no use to try again.
 */
export type Gone = 'gone' | 'too-large' | 'archived' | 'encrypted';

/** What is done with uploads; over S3, or anything like it. */
export interface Uploads {
  /** @returns the bytes, what tells this content from another, and its version, where there are several; or why there are none */
  fetch(object: UploadedObject, maxBytes: number): Promise<Fetched | Gone>;
  /** Sets tags beside those that are there; the first of them whatever is there. */
  tag(object: UploadedObject, tags: Tags): Promise<Tagged>;
  /** @param condition what must hold of what is there, or it stays; default `any` */
  write(object: UploadedObject, text: string, condition?: Condition): Promise<void>;
  /**
   * Copies an object, as long as it is still the one that was looked at.
   * @param tags those of the copy; by default the object's own
   * @returns false where it is not
   */
  copy(from: UploadedObject, to: UploadedObject, etag: string, tags?: Tags): Promise<boolean>;
  /** Removes an object, as long as it is still the one that was looked at. */
  remove(object: UploadedObject, etag: string): Promise<void>;
}

/** Uploads in S3. Faults of S3 itself are thrown: it is worth trying again. */
export function s3Uploads(client: S3Client): Uploads {
  const at = ({ bucket, key, versionId }: UploadedObject) => ({
    Bucket: bucket,
    Key: key,
    VersionId: versionId,
  });
  return {
    async fetch(object, maxBytes) {
      try {
        const found = await fetchWhole(client, { ...at(object), ChecksumMode: 'ENABLED' }, maxBytes);
        if (found === 'too-large') return found;
        return { bytes: found.bytes, etag: found.version, versionId: found.versionId };
      } catch (error) {
        if (isGone(error)) return 'gone';
        if ((error as S3Fault).name === 'InvalidObjectState') return 'archived';
        if (isEncrypted(error as Error)) return 'encrypted';
        throw error;
      }
    },
    tag: (object, tags) => setTags(client, at(object), tags),
    async write({ bucket, key }, text, condition = 'any') {
      const put = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
      await client.send(new PutObjectCommand({ ...put, ...asHeaders(condition) })).catch((error) => {
        if (condition === 'any' || !(isAnother(error) || isGone(error))) throw error;
      });
    },
    async copy(from, to, etag, tags) {
      const version = from.versionId === undefined ? '' : `?versionId=${encodeURIComponent(from.versionId)}`;
      const source = `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}${version}`;
      try {
        await client.send(
          new CopyObjectCommand({
            Bucket: to.bucket,
            Key: to.key,
            CopySource: source,
            CopySourceIfMatch: etag,
            ...(tags && { TaggingDirective: 'REPLACE', Tagging: `${new URLSearchParams(tags)}` }),
          }),
        );
        return true;
      } catch (error) {
        if (isGone(error) || isAnother(error)) return false;
        throw error;
      }
    },
    async remove(object, etag) {
      // A version never changes; of what has none, another may have come in its place.
      const condition = object.versionId === undefined ? { IfMatch: etag } : {};
      try {
        await client.send(new DeleteObjectCommand({ ...at(object), ...condition }));
      } catch (error) {
        if (!isGone(error) && !isAnother(error)) throw error;
      }
    },
  };
}

function asHeaders(condition: Condition) {
  if (condition === 'any') return {};
  return condition === 'new' ? { IfNoneMatch: '*' } : { IfMatch: condition.version };
}

function isAnother(error: unknown): boolean {
  return (error as S3Fault).$metadata?.httpStatusCode === 412;
}

/** Whether it needs a key that its uploader alone has (SSE-C). */
function isEncrypted({ name, message }: Error): boolean {
  return name === 'InvalidRequest' && /server side encryption/i.test(message);
}
