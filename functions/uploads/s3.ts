import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** An object of a bucket, or one version of it. */
export interface UploadedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** Why an object can't be had, or not any more; it is no use to try again. */
export type Gone = 'gone' | 'too-large';

/** What is done with uploads; over S3, or anything like it. */
export interface Uploads {
  /** @returns the bytes, and what tells this content from another; or why there are none */
  fetch(object: UploadedObject, maxBytes: number): Promise<{ bytes: Uint8Array; etag: string } | Gone>;
  /** Sets tags beside those that are there @returns false where the object is gone */
  tag(object: UploadedObject, tags: Readonly<Record<string, string>>): Promise<boolean>;
  write(object: UploadedObject, text: string): Promise<void>;
  /** Moves an object, as long as it is still the one that was looked at. @returns false where it is not */
  move(from: UploadedObject, to: UploadedObject, etag: string): Promise<boolean>;
}

interface S3Fault {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
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
        const { Body, ContentLength, ETag } = await client.send(new GetObjectCommand(at(object)));
        if ((ContentLength ?? 0) > maxBytes) {
          (Body as { destroy?: () => void } | undefined)?.destroy?.();
          return 'too-large';
        }
        return { bytes: await Body!.transformToByteArray(), etag: ETag! };
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },
    async tag(object, tags) {
      try {
        const before = await client.send(new GetObjectTaggingCommand(at(object)));
        const others = (before.TagSet ?? []).filter(({ Key }) => !(Key! in tags));
        const TagSet = [...others, ...Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))];
        await client.send(new PutObjectTaggingCommand({ ...at(object), Tagging: { TagSet } }));
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
    async write({ bucket, key }, text) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }),
      );
    },
    async move(from, to, etag) {
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
        await client.send(new DeleteObjectCommand(at(from)));
        return true;
      } catch (error) {
        if (isGone(error) || (error as S3Fault).$metadata?.httpStatusCode === 412) return false;
        throw error;
      }
    },
  };
}

function isGone(error: unknown): boolean {
  const { name, $metadata } = error as S3Fault;
  return name === 'NoSuchKey' || name === 'NoSuchVersion' || $metadata?.httpStatusCode === 404;
}
