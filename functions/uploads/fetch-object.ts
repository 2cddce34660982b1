import { messageOf } from '../../models/errors';
import type { FetchObject } from '../images-in';
import { Problem } from '../problem';
import type { Uploads } from './s3';

/** What S3 says to a key or a version that nothing can ever have: it is no use to try again. */
const NEVER_THERE: readonly unknown[] = ['KeyTooLongError', 'InvalidArgument'];

/**
 * Lets requests name objects of some buckets in place of images.
 * @param buckets those that may be named: a caller must not read others with the service's rights
 * @param say takes note of what S3 refuses or fails to do: whoever asked is told that it can't be had now
 */
export function fetchObjectFrom(
  uploads: Uploads,
  buckets: ReadonlySet<string>,
  say: (line: string) => void,
): FetchObject {
  return async (object, maxBytes) => {
    if (!buckets.has(object.bucket))
      throw new Problem('no-such-object', `The bucket ${object.bucket} is not open here.`);
    const found = await uploads.fetch(object, maxBytes).catch((error) => {
      if (NEVER_THERE.includes(error?.name))
        throw new Problem('malformed', `S3 has no such key or version: ${messageOf(error)}`);
      say(`Objects of ${object.bucket} can't be fetched: ${messageOf(error)}`);
      throw new Problem(
        'uploads-unavailable',
        `${object.key} in ${object.bucket} can't be had now.`,
        {},
        error,
      );
    });
    if (found === 'gone')
      throw new Problem('no-such-object', `There is no ${object.key} in ${object.bucket}.`);
    if (found === 'archived')
      throw new Problem('no-such-object', `${object.key} in ${object.bucket} is in an archive.`);
    if (found === 'encrypted')
      throw new Problem(
        'no-such-object',
        `${object.key} in ${object.bucket} is encrypted with its uploader's key.`,
      );
    if (found === 'too-large') throw new Problem('too-large', `An image may have ${maxBytes} bytes at most.`);
    return found.bytes;
  };
}
