import { createHash } from 'node:crypto';
import { decodeRenderings, ImageRejected, type Rendered } from '../../models/images/decode';
import { first } from '../../models/present';
import type { Verdict } from '../../models/verdict';
import { mostSuspicious } from '../../models/worst-rendering';
import type { Classifier } from '../classifier';
import { LIMITS, type Limits, Semaphore } from '../limits';
import { type AuditLine, verdictLine } from '../observe/audit';
import { typeOfProblem } from '../problem';
import type { Fetched, Gone, UploadedObject, Uploads } from '../uploads/s3';
import type { Release, Released } from './released';
import { TooSlow, within } from './within';

/** The largest image that is taken needs a quarter of it; decoders with a limit of their own end by themselves before. */
const DECODED_WITHIN = 12_000;
/** Whoever screens several objects at once decodes few at once: each may be of 25 megapixels. */
const decoding = new Semaphore(LIMITS.maxDecoding);

/** What objects are judged with. */
export interface JudgedWith {
  readonly model: Classifier;
  readonly uploads: Uploads;
  readonly limits?: Pick<Limits, 'maxBytes' | 'maxPixels'>;
  /** How long an image may be decoded, in milliseconds. */
  readonly decodedWithin?: number;
  /** Whether a person has released a file: it is clean then, whatever the verdict. */
  readonly released?: Released | undefined;
  /** Keeps a line of each image that is judged. */
  readonly note?: (line: JudgedLine) => void;
}

/** A line of the audit trail, without who asked for it. */
export type JudgedLine = Omit<AuditLine, 'requestId' | 'index'>;

/** What was found in an object, before it is written down. */
export interface Judged {
  /** The version that was read, where there are versions. */
  readonly seen: UploadedObject;
  /** Tells what was read from anything else. */
  readonly mark: string;
  readonly etag?: string;
  readonly outcome: 'clean' | 'backdoored' | 'unreadable' | 'gone' | 'folder';
  readonly reason?: string;
  readonly message?: string;
  readonly verdict?: Verdict;
  /** Who has let it go, where it would be flagged. */
  readonly released?: Pick<Release, 'by' | 'at'>;
}

/**
 * Reads an object, and gives a verdict on it. An empty object whose key ends in / is the mark of a folder; one that is
 * not empty is an image like any other.
 * @throws what S3 throws where it is worth trying again
 */
export async function judge(object: UploadedObject, by: JudgedWith): Promise<Judged> {
  const { model, uploads, limits = LIMITS, note } = by;
  const found = await uploads.fetch(object, limits.maxBytes);
  const judged = await judgeFound(object, found, by);
  if (note && judged.outcome !== 'gone' && judged.outcome !== 'folder') {
    const { verdict, reason } = judged;
    note({
      time: new Date().toISOString(),
      model: model.model,
      bundle: model.id,
      // The mark of what was read is its digest.
      ...(typeof found === 'string' ? {} : { sha256: judged.mark, digestOf: 'file' }),
      ...(verdict ? verdictLine(verdict, model.alpha) : { problem: typeOfProblem(`${reason}`) }),
    });
  }
  return judged;
}

async function judgeFound(object: UploadedObject, found: Fetched | Gone, by: JudgedWith): Promise<Judged> {
  const { model, limits = LIMITS } = by;
  const judged = { seen: object, mark: markOf(found) };
  const isFolder = object.key.endsWith('/');
  if (found === 'gone') return { ...judged, outcome: isFolder ? 'folder' : 'gone' };
  if (found === 'too-large') {
    const message = `The object has over ${limits.maxBytes} bytes`;
    return { ...judged, outcome: 'unreadable', reason: found, message };
  }
  if (found === 'archived' || found === 'encrypted') {
    const message =
      found === 'archived'
        ? 'The object is in an archive; restore it first'
        : 'The object is encrypted with a key that its uploader alone has';
    return { ...judged, outcome: 'unreadable', reason: found, message };
  }
  // Whoever asks without a version (a backfill) means the one that is read now, whatever comes after it.
  const versionId = object.versionId ?? found.versionId;
  const seen = { ...object, ...(versionId !== undefined && { versionId }) };
  const read = { ...judged, seen, etag: found.etag };
  if (isFolder && found.bytes.length === 0) return { ...read, outcome: 'folder' };
  let renderings: Rendered[];
  try {
    renderings = await decoded(found.bytes, by);
  } catch (error) {
    if (error instanceof TooSlow) {
      return { ...read, outcome: 'unreadable', reason: 'too-slow', message: error.message };
    }
    if (!(error instanceof ImageRejected)) throw error;
    return { ...read, outcome: 'unreadable', reason: error.reason, message: error.message };
  }
  const classify = (pixels: Uint8Array, count: number) => model.classify(pixels, count);
  const verdict = first(await mostSuspicious([renderings], classify));
  if (!verdict.backdoored) return { ...read, outcome: 'clean', verdict };
  const release = await by.released?.(judged.mark);
  if (!release) return { ...read, outcome: 'backdoored', verdict };
  return { ...read, outcome: 'clean', verdict, released: { by: release.by, at: release.at } };
}

/**
 * Whether there is another object by now than the one that was judged. Its bytes say so: pictures can be made of which
 * two have the same MD5, which is what an ETag is.
 */
export async function isAnother({ seen, mark }: Judged, { uploads, limits = LIMITS }: JudgedWith) {
  const found = await uploads.fetch(seen, limits.maxBytes);
  return found !== 'gone' && markOf(found) !== mark;
}

function decoded(bytes: Uint8Array, by: JudgedWith): Promise<Rendered[]> {
  const { model, limits = LIMITS, decodedWithin = DECODED_WITHIN } = by;
  const work = () => decodeRenderings(bytes, model.input, limits);
  return decoding.take(() => within(decodedWithin, 'Decoding the image', work));
}

function markOf(found: Fetched | Gone): string {
  return typeof found === 'string' ? found : createHash('sha256').update(found.bytes).digest('hex');
}
