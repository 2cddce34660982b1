import type { S3Client } from '@aws-sdk/client-s3';
import { ImageError } from '../../models/errors';
import { parseS3, type S3Place, s3Files } from '../../models/store/s3-files';

/**
 * The objects below `s3://bucket/prefix`, or the one at `s3://bucket/key`; marks of folders aside: empty objects whose
 * keys end in /. One that is not empty holds something, and is screened.
 * @param leaveOut places whose objects are left out
 * @throws ImageError where there are none; GoodNetError where S3 refuses
 */
export async function listObjects(
  address: string,
  leaveOut: readonly S3Place[] = [],
  client?: S3Client,
): Promise<{ bucket: string; keys: string[] }> {
  const { bucket, prefix } = parseS3(address);
  const plain = prefix.replace(/\/$/, '');
  const files = s3Files(`s3://${bucket}`, client);
  // One object is asked for first: a prefix and an object may be called the same.
  if (plain !== '' && !address.endsWith('/') && (await files.modified(plain)) !== undefined) {
    return { bucket, keys: [plain] };
  }
  const isOurs = (key: string) =>
    leaveOut.some((place) => place.bucket === bucket && key.startsWith(place.prefix));
  const found = await files.sized(prefix);
  const keys = found
    .filter(({ key, bytes }) => !(key.endsWith('/') && bytes === 0) && !isOurs(key))
    .map(({ key }) => key);
  if (keys.length > 0) return { bucket, keys };
  throw new ImageError(`${address} holds no images: there are no objects`, { code: 'IMAGES_EMPTY' });
}
