import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { fetchWhole, isMissing, type S3Fault } from '../../models/store/s3-files';

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

/** Why an object can't be had, or not any more (`archived`: in Glacier); it is no use to try again. */
export type Gone = 'gone' | 'too-large' | 'archived';

/** What is done with uploads; over S3, or anything like it. */
export interface Uploads {
  /** @returns the bytes, what tells this content from another, and its version, where there are several; or why there are none */
  fetch(object: UploadedObject, maxBytes: number): Promise<Fetched | Gone>;
  /** Sets tags beside those that are there. @returns `gone` where the object is, `full` where it has no room for them */
  tag(object: UploadedObject, tags: Readonly<Record<string, string>>): Promise<'tagged' | 'gone' | 'full'>;
  write(object: UploadedObject, text: string): Promise<void>;
  /** Copies an object, as long as it is still the one that was looked at. @returns false where it is not */
  copy(from: UploadedObject, to: UploadedObject, etag: string): Promise<boolean>;
  /** Removes an object, as long as it is still the one that was looked at. */
  remove(object: UploadedObject, etag: string): Promise<void>;
}

/** S3 keeps as many tags an object. */
const MOST_TAGS = 10;

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
        throw error;
      }
    },
    async tag(object, tags) {
      try {
        const before = await client.send(new GetObjectTaggingCommand(at(object)));
        const others = (before.TagSet ?? []).filter(({ Key }) => !(Key! in tags));
        const TagSet = [...others, ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))];
        if (TagSet.length > MOST_TAGS) return 'full';
        await client.send(new PutObjectTaggingCommand({ ...at(object), Tagging: { TagSet } }));
        return 'tagged';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },
    async write({ bucket, key }, text) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }),
      );
    },
    async copy(from, to, etag) {
      const version = from.versionId === undefined ? '' : `?versionId=${encodeURIComponent(from.versionId)}`;
      const source = `${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}${version}`;
      try {
        await client.send(
          new CopyObjectCommand({
            Bucket: to.bucket,
            Key: to.key,
            CopySource: source,
            CopySourceIfMatch: etag,
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

function isGone(error: unknown): boolean {
  const { name, $metadata } = error as S3Fault;
  // 405: the version is the mark that something was deleted.
  return isMissing(error) || name === 'NoSuchVersion' || $metadata?.httpStatusCode === 405;
}

function isAnother(error: unknown): boolean {
  return (error as S3Fault).$metadata?.httpStatusCode === 412;
}
