import { createHash } from 'node:crypto';
import { GoodNetError } from '../../models/errors';
import type { Verdict } from '../../models/verdict';
import type { Classifier } from '../classifier';
import { decodeRenderings, ImageRejected, type Rendered } from '../decode';
import { LIMITS, type Limits } from '../limits';
import { mostSuspicious } from '../most-suspicious';
import type { UploadedObject, Uploads } from '../uploads/s3';

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

export type Outcome = 'clean' | 'backdoored' | 'unreadable' | 'gone';

/** What came of one object. */
export interface ScreenedObject extends UploadedObject {
  readonly outcome: Outcome;
  /** Why an object is unreadable: the reason and, for people, the message. */
  readonly reason?: string;
  readonly message?: string;
  readonly model: string;
  readonly bundle: string;
  readonly verdict?: Verdict;
  /** Why it bears no tags, where it should. */
  readonly untagged?: string;
  readonly movedTo?: { readonly bucket: string; readonly key: string };
}

/**
 * Gives a verdict on one object and writes it down. The same object again gives the same result in the same place; two
 * at once on one object do no harm: an object is moved only as long as it is still the one that was looked at.
 * @throws what S3 throws where it is worth trying again; GoodNetError where what is flagged can't be moved safely
 */
export async function screenObject(
  object: UploadedObject,
  {
    model,
    uploads,
    recording,
    limits = LIMITS,
  }: {
    readonly model: Classifier;
    readonly uploads: Uploads;
    readonly recording: Recording;
    readonly limits?: Pick<Limits, 'maxBytes' | 'maxPixels'>;
  },
): Promise<ScreenedObject> {
  const found = await uploads.fetch(object, limits.maxBytes);
  // Whoever asks without a version (a backfill) writes what whoever is told of it (an event) writes.
  const versionId = object.versionId ?? (typeof found === 'string' ? undefined : found.versionId);
  const by = {
    ...object,
    ...(versionId !== undefined && { versionId }),
    model: model.model,
    bundle: model.id,
  };
  if (found === 'gone') return { ...by, outcome: 'gone' };
  if (found === 'too-large') {
    const message = `The object has over ${limits.maxBytes} bytes`;
    return await record({ ...by, outcome: 'unreadable', reason: found, message });
  }
  if (found === 'archived') {
    const message = 'The object is in an archive; restore it first';
    return await record({ ...by, outcome: 'unreadable', reason: found, message });
  }
  let renderings: Rendered[];
  try {
    renderings = await decodeRenderings(found.bytes, model.input, limits);
  } catch (error) {
    if (!(error instanceof ImageRejected)) throw error;
    const { reason, message } = error;
    return await record({ ...by, outcome: 'unreadable', reason, message });
  }
  const classify = (pixels: Uint8Array, count: number) => model.classify(pixels, count);
  const verdict = (await mostSuspicious([renderings], classify))[0]!;
  const outcome = verdict.backdoored ? 'backdoored' : 'clean';
  // S3 always tells one; a server over files that were laid there by hand may not.
  if (verdict.backdoored && recording.quarantine && !found.etag) {
    throw new GoodNetError(`${object.key} in ${object.bucket} is backdoored, and has no ETag to move it by`, {
      kind: 'environment',
      hint: 'Upload it anew through S3.',
    });
  }
  return await record({ ...by, outcome, verdict }, found.etag);

  /** What can't be undone comes last: if anything before it fails, all of it can be done again. */
  async function record(result: ScreenedObject, etag?: string): Promise<ScreenedObject> {
    let told = result;
    if (recording.tags) {
      const tags = { goodnet: result.outcome, 'goodnet-bundle': model.id.slice(0, 16) };
      const tagged = await uploads.tag(object, tags);
      if (tagged === 'gone') return { ...by, outcome: 'gone' };
      if (tagged === 'full') told = { ...told, untagged: 'The object has as many tags as S3 keeps' };
    }
    const { quarantine, results } = recording;
    const isTaken = quarantine !== undefined && etag !== undefined && result.outcome === 'backdoored';
    if (isTaken) {
      const to = { bucket: quarantine.bucket ?? object.bucket, key: keyFor(quarantine.prefix, by, '') };
      if (!(await uploads.copy(object, to, etag))) return { ...by, outcome: 'gone' };
      told = { ...told, movedTo: to };
    }
    if (results) {
      const to = { bucket: results.bucket ?? object.bucket, key: keyFor(results.prefix, by, '.json') };
      await uploads.write(to, `${JSON.stringify(told, null, 1)}\n`);
    }
    await recording.announce?.(told);
    if (isTaken) await uploads.remove(object, etag);
    return told;
  }
}

/** Where what belongs to an object is put: below a prefix, called as it is, and by its version; a digest where that is too long. */
function keyFor(prefix: string, { key, versionId }: UploadedObject, ending: string): string {
  const version = versionId === undefined ? '' : `.${versionId}`;
  const plain = `${prefix}${key}${version}${ending}`;
  if (Buffer.byteLength(plain) <= MOST_KEY) return plain;
  return `${prefix}${createHash('sha256').update(`${key}${version}`).digest('hex')}${ending}`;
}
