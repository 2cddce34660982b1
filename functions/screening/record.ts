import { createHash } from 'node:crypto';
import { GoodNetError } from '../../models/errors';
import type { Verdict } from '../../models/verdict';
import type { UploadedObject } from '../uploads/s3';
import type { Tagged } from '../uploads/tagging';
import { isAnother, type Judged, type JudgedWith } from './judge';

/** Bytes that a key may have in S3. */
const MOST_KEY = 1024;

/** How what was found is written down; all of it is as the operator chose. */
export interface Recording {
  /** Tags on the object itself: `goodnet` and `goodnet-bundle`. */
  readonly tags?: boolean;
  /** Where a JSON result is put: under a prefix, in the upload's bucket or another. */
  readonly results?: { readonly bucket?: string; readonly prefix: string };
  /** Where flagged objects are moved to. */
  readonly quarantine?: { readonly bucket?: string; readonly prefix: string };
  /** Told of every result, such as an EventBridge bus. */
  readonly announce?: (result: ScreenedObject) => Promise<void>;
}

export type ScreeningOutcome = 'clean' | 'backdoored' | 'unreadable' | 'gone';

/** What came of one object. */
export interface ScreenedObject extends UploadedObject {
  /** `folder`: the mark of a folder, no upload; nothing is written down of it. */
  readonly outcome: ScreeningOutcome | 'folder';
  /** Why an object is unreadable: the reason and, for people, the message. */
  readonly reason?: string;
  readonly message?: string;
  readonly model: string;
  readonly bundle: string;
  /** Tells the content that was judged from what came in its place. */
  readonly etag?: string;
  readonly verdict?: Verdict;
  /** Who has released it: it is clean by that, not by its verdict. */
  readonly released?: Judged['released'];
  /** Why it bears no tags, or not all, where it should. */
  readonly untagged?: string;
  /** Keys of the uploader's tags that had to go for ours: S3 keeps ten. */
  readonly droppedTags?: readonly string[];
  readonly movedTo?: { readonly bucket: string; readonly key: string };
}

/** What objects are screened with. */
export interface ScreenedWith extends JudgedWith {
  readonly recording: Recording;
}

/**
 * Writes down what was found. What can't be undone comes last: if anything before it fails, all of it can be done again.
 * @returns whether it is still what is there
 */
export async function record(
  judged: Judged,
  by: ScreenedWith,
): Promise<{ screened: ScreenedObject; isSettled: boolean }> {
  const { model, uploads, recording } = by;
  const { seen, mark, ...found } = judged;
  let screened: ScreenedObject = { ...seen, model: model.model, bundle: model.id, ...found };
  if (screened.outcome === 'folder') return { screened, isSettled: true };
  if (screened.outcome === 'gone') {
    await tellUnjudged(seen, { ...screened }, by);
    return { screened, isSettled: true };
  }
  /** It was there, and is not any more: nothing, or another. */
  const gone = async () => {
    const { bucket, key, versionId, model, bundle } = screened;
    const nothing: ScreenedObject = { bucket, key, versionId, model, bundle, outcome: 'gone' };
    const isSettled = seen.versionId !== undefined;
    if (isSettled) await tellUnjudged(seen, nothing, by);
    return { screened: nothing, isSettled };
  };
  const tags = { goodnet: screened.outcome, 'goodnet-bundle': model.id.slice(0, 16) };
  const tagged = recording.tags ? await uploads.tag(seen, tags) : 'tagged';
  if (tagged === 'gone') return await gone();
  screened = { ...screened, ...ofTags(tagged) };
  const isRefused = typeof tagged !== 'string' && 'refused' in tagged;
  const { quarantine, results, announce } = recording;
  const isTaken = quarantine !== undefined && screened.outcome === 'backdoored';
  if (isTaken) {
    const etag = etagOf(screened);
    const to = { bucket: quarantine.bucket ?? seen.bucket, key: keyFor(quarantine.prefix, seen, '') };
    if (!(await uploads.copy(seen, to, etag, isRefused ? tags : undefined))) return await gone();
    screened = { ...screened, movedTo: to };
  }
  if (results) {
    const to = { bucket: results.bucket ?? seen.bucket, key: keyFor(results.prefix, seen, '.json') };
    await uploads.write(to, `${JSON.stringify(screened, null, 1)}\n`);
  }
  await announce?.(screened);
  if (isTaken) await uploads.remove(seen, etagOf(screened));
  // A version never changes.
  else if (seen.versionId === undefined && isWritten(recording) && (await isAnother(judged, by)))
    return { screened, isSettled: false };
  else if (isRefused) throw notTagged(screened);
  return { screened, isSettled: true };
}

/** What a result says of an upload that has no verdict: it comes again, it does not, or there is nothing. */
const UNJUDGED: readonly unknown[] = ['waiting', 'unscreened', 'gone'];
/** Bytes of the largest result that says so: a key, and why. */
const MOST_UNJUDGED = 2 ** 16;

/**
 * Tells in a result, where results are written, that an upload has no verdict and why. A verdict that is there stays: what was judged, and
 * moved away, reads as gone when its event comes again. What said so before gives way.
 * @param screened its `outcome` is one of UNJUDGED
 */
export async function tellUnjudged(
  seen: UploadedObject,
  screened: object,
  { uploads, recording: { results } }: Pick<ScreenedWith, 'uploads' | 'recording'>,
): Promise<void> {
  if (!results) return;
  const to = { bucket: results.bucket ?? seen.bucket, key: keyFor(results.prefix, seen, '.json') };
  const text = `${JSON.stringify(screened, null, 1)}\n`;
  const before = await uploads.fetch(to, MOST_UNJUDGED);
  if (before === 'gone') return await uploads.write(to, text, 'new');
  const said = typeof before === 'string' ? '' : new TextDecoder().decode(before.bytes);
  if (typeof before === 'string' || said === text || !isUnjudged(said)) return;
  await uploads.write(to, text, { version: before.etag });
}

function isUnjudged(said: string): boolean {
  try {
    return UNJUDGED.includes(JSON.parse(said)?.outcome);
  } catch {
    return false;
  }
}

/** What a result tells of its tags. */
function ofTags(tagged: Exclude<Tagged, 'gone'>): Pick<ScreenedObject, 'untagged' | 'droppedTags'> {
  if (tagged === 'tagged') return {};
  if ('refused' in tagged) return { untagged: `S3 refuses its tags: ${tagged.refused}` };
  const { dropped, leftOut } = tagged;
  return {
    ...(leftOut.length > 0 && {
      untagged: `There is no room for the tag ${leftOut.join(', ')}: S3 keeps ten`,
    }),
    ...(dropped.length > 0 && { droppedTags: dropped }),
  };
}

function isWritten({ tags, results, announce }: Recording): boolean {
  return tags === true || results !== undefined || announce !== undefined;
}

/** S3 always tells one; a server over files that were laid there by hand may not. */
function etagOf({ bucket, key, etag }: ScreenedObject): string {
  if (etag) return etag;
  throw new GoodNetError(`${key} in ${bucket} is backdoored, and has no ETag to move it by`, {
    kind: 'environment',
    hint: 'Upload it anew through S3.',
  });
}

function notTagged({ bucket, key, outcome, untagged }: ScreenedObject): GoodNetError {
  return new GoodNetError(`${key} in ${bucket} is ${outcome}, and may say otherwise: ${untagged}`, {
    kind: 'environment',
    hint: 'Check what the role may do: s3:PutObjectTagging and, with versions, s3:PutObjectVersionTagging.',
  });
}

/** Where what belongs to an object is put: below a prefix, called as it is, and by its version; a digest where that is too long. */
function keyFor(prefix: string, { key, versionId }: UploadedObject, ending: string): string {
  const version = versionId === undefined ? '' : `.${versionId}`;
  const plain = `${prefix}${key}${version}${ending}`;
  if (Buffer.byteLength(plain) <= MOST_KEY) return plain;
  return `${prefix}${createHash('sha256').update(`${key}${version}`).digest('hex')}${ending}`;
}
