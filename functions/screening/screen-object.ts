import type { Verdict } from '../../models/verdict';
import type { Classifier } from '../classifier';
import { decodeImage, ImageRejected } from '../decode';
import { LIMITS, type Limits } from '../limits';
import type { UploadedObject, Uploads } from '../uploads/s3';

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
  readonly movedTo?: { readonly bucket: string; readonly key: string };
}

/**
 * Gives a verdict on one object and writes it down. The same object again gives the same result in the same place; two
 * at once on one object do no harm: an object is moved only as long as it is still the one that was looked at.
 * @throws what S3 throws where it is worth trying again
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
  const by = { ...object, model: model.model, bundle: model.id };
  const found = await uploads.fetch(object, limits.maxBytes);
  if (found === 'gone') return { ...by, outcome: 'gone' };
  if (found === 'too-large') {
    const message = `The object has over ${limits.maxBytes} bytes`;
    return await record({ ...by, outcome: 'unreadable', reason: 'too-large', message });
  }
  let pixels: Uint8Array;
  try {
    pixels = await decodeImage(found.bytes, model.input, limits);
  } catch (error) {
    if (!(error instanceof ImageRejected)) throw error;
    const { reason, message } = error;
    return await record({ ...by, outcome: 'unreadable', reason, message });
  }
  const verdict = (await model.classify(pixels, 1))[0]!;
  const outcome = verdict.backdoored ? 'backdoored' : 'clean';
  return await record({ ...by, outcome, verdict }, found.etag);

  async function record(result: ScreenedObject, etag?: string): Promise<ScreenedObject> {
    if (recording.tags) {
      const isThere = await uploads.tag(object, {
        goodnet: result.outcome,
        'goodnet-bundle': model.id.slice(0, 16),
      });
      if (!isThere) return { ...by, outcome: 'gone' };
    }
    let told = result;
    const { quarantine, results } = recording;
    if (quarantine && etag !== undefined && result.outcome === 'backdoored') {
      const to = { bucket: quarantine.bucket ?? object.bucket, key: `${quarantine.prefix}${object.key}` };
      if (await uploads.move(object, to, etag)) told = { ...result, movedTo: to };
    }
    if (results) {
      const version = object.versionId === undefined ? '' : `.${object.versionId}`;
      const key = `${results.prefix}${object.key}${version}.json`;
      await uploads.write(
        { bucket: results.bucket ?? object.bucket, key },
        `${JSON.stringify(told, null, 1)}\n`,
      );
    }
    await recording.announce?.(told);
    return told;
  }
}
