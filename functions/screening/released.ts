import { createHash } from 'node:crypto';
import * as z from 'zod';
import { GoodNetError } from '../../models/errors';
import type { Files } from '../../models/store/files';
import { openStoreFiles } from '../../models/store/open-store-files';
import type { UploadedObject, Uploads } from '../uploads/s3';
import '../../models/zod-without-jit';

/** Who has released a picture that was flagged wrongly, and when. */
const schema = z.object({
  format: z.literal('goodnet-release'),
  formatVersion: z.literal(1),
  /** The digest of the file, in hexadecimal: what is released is this content, wherever it lies. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  by: z.string(),
  /** `aws`: it is the ARN that AWS knows the credentials by; `said`, or left out: what was said, which nobody has checked. */
  byAs: z.enum(['aws', 'said']).optional(),
  /** What was said of who it is, beside the ARN. */
  note: z.string().optional(),
  why: z.string().optional(),
  /** Where it was, and where it went back to. */
  from: z.string().optional(),
  to: z.string().optional(),
  at: z.string(),
});

export type Release = z.infer<typeof schema>;

/** Whether a person has released a file, by its digest in hexadecimal. */
export type Released = (sha256: string) => Promise<Release | undefined>;

const keyOf = (sha256: string) => `${sha256}.json`;
const MOST_BYTES = 2 ** 16;
/** The largest upload that is screened, in bytes; a larger one is not in quarantine. */
const MOST_UPLOAD = 10 * 2 ** 20;

/** Looks among the releases that are kept at an address. @throws GoodNetError `environment` where they can't be read */
export function releasedAt(address: string): Released {
  let files: Promise<Files> | undefined;
  return async (sha256) => {
    files ??= openStoreFiles(address);
    const found = await (await files).read(keyOf(sha256), { maxBytes: MOST_BYTES });
    if (!found) return undefined;
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(found.bytes)));
    return parsed.success && parsed.data.sha256 === sha256 ? parsed.data : undefined;
  };
}

/** What is released, by whom, and where that is kept. */
export interface ToRelease {
  /** Where releases are kept: a folder, or `s3://bucket/prefix`. */
  readonly record: string;
  readonly who: Pick<Release, 'by' | 'byAs' | 'note'>;
  readonly why?: string | undefined;
}

/** Puts a release on record, by the digest of a file. */
export async function recordRelease(
  sha256: string,
  { record, who, why }: ToRelease,
  moved: { readonly from?: string; readonly to?: string } = {},
): Promise<Release> {
  const at = new Date().toISOString();
  const release: Release = { format: 'goodnet-release', formatVersion: 1, sha256, ...who, why, ...moved, at };
  const text = new TextEncoder().encode(`${JSON.stringify(release, null, 1)}\n`);
  await (await openStoreFiles(record)).write(keyOf(sha256), text, 'any');
  return release;
}

/**
 * Releases a file from the quarantine: puts that on record, and then moves it back, tagged clean. Where it comes back to it is
 * screened again, and by its digest not flagged.
 * @param back where it goes, by whether its bucket has given it a version
 * @throws GoodNetError `data` where there is no such object, or another came in its place
 */
export async function releaseObject(
  from: UploadedObject,
  back: (hasVersion: boolean) => UploadedObject,
  uploads: Uploads,
  how: ToRelease,
): Promise<{ readonly release: Release; readonly to: UploadedObject }> {
  const name = ({ bucket, key }: UploadedObject) => `s3://${bucket}/${key}`;
  const found = await uploads.fetch(from, MOST_UPLOAD);
  if (typeof found === 'string')
    throw new GoodNetError(
      `${name(from)} can't be released: ${found === 'gone' ? 'there is no such object' : found}`,
      {
        hint: 'Name it as it lies in the quarantine: a result tells it as movedTo.',
      },
    );
  const to = back(found.versionId !== undefined);
  const sha256 = createHash('sha256').update(found.bytes).digest('hex');
  // On record first: it may be screened the moment that it is back.
  const release = await recordRelease(sha256, how, { from: name(from), to: name(to) });
  const tags = {
    goodnet: 'clean',
    'goodnet-released': how.who.by.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, '_').slice(0, 256),
  };
  if (!(await uploads.copy(from, to, found.etag, tags)))
    throw new GoodNetError(`${name(from)} was replaced meanwhile`, {
      hint: 'Look at it again, and release it then.',
    });
  await uploads.remove(from, found.etag);
  return { release, to };
}

/**
 * Where a file of the quarantine came from: its key without the quarantine's folder and, where there are versions, without the one at
 * its end.
 * @param quarantine the prefix, without a slash at its ends
 * @param hasVersion whether it has a version where it lies: the bucket had versions when it was moved
 * @throws GoodNetError `usage` where that can't be told: a key that was too long is a digest there
 */
export function cameFrom(
  { bucket, key }: UploadedObject,
  quarantine: string,
  hasVersion: boolean,
): UploadedObject {
  const prefix = `${quarantine}/`;
  if (!key.startsWith(prefix)) {
    throw new GoodNetError(`s3://${bucket}/${key} does not lie in ${quarantine}/`, {
      kind: 'usage',
      hint: 'Name the quarantine with --quarantine, or where it is to go with --to.',
    });
  }
  const below = key.slice(prefix.length);
  if (/^[0-9a-f]{64}$/.test(below)) {
    throw new GoodNetError(`Where s3://${bucket}/${key} came from can't be told: it is called by a digest`, {
      kind: 'usage',
      hint: 'Its key was too long for more. Its result names it as `key`: say where it is to go with --to s3://BUCKET/KEY.',
    });
  }
  // S3's versions are 32 characters long. Without, a key may end so by itself.
  return { bucket, key: hasVersion ? below.replace(/\.[A-Za-z0-9._-]{32}$/, '') : below };
}
