import * as z from 'zod';
import { messageOf } from '../../models/errors';
import { Semaphore } from '../limits';
import type { UploadedObject } from '../uploads/s3';
import { NotYet } from './not-yet';
import type { ScreenedObject, ScreeningOutcome } from './screen-object';
import { within } from './within';
import '../../models/zod-without-jit';

/** Objects that are looked at together: the nets take them as one batch, and S3's times overlap. */
export const AT_ONCE = 8;
/** How long one object may take, in milliseconds, waiting for others that are decoded before it included. */
export const SCREENED_WITHIN = 45_000;
/** What is left, in milliseconds, for the answer of what is done. */
export const TO_ANSWER = 5000;

/** What EventBridge tells of an object that was created in S3, as far as it is read. */
const created = z.object({
  'detail-type': z.literal('Object Created'),
  source: z.literal('aws.s3'),
  time: z.string().optional(),
  /** Ours, of a message that comes again since nothing was there: how often it was looked for, and when it is the next time. */
  gone: z.object({ looks: z.int().min(1), next: z.number() }).optional(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), 'version-id': z.string().optional() }),
  }),
});

/**
 * For how long a message that can't be screened yet is tried again, each quarter of an hour, in milliseconds: as long as the queue keeps
 * one (infra/screening/queue.ts).
 */
export const KEPT_FOR = 4 * 24 * 3600 * 1000;
/** For how long what reads as gone is looked for, in milliseconds: as a rule it was deleted. Five looks, of some 24 messages. */
export const GONE_FOR = 6 * 3600 * 1000;
/** How often SQS hands a message over before it ends among the dead letters (infra/screening/queue.ts). */
export const TRIES = 5;
/** The pause after the first look for what is gone, which doubles, in milliseconds. */
const FIRST_PAUSE = 900_000;

/** An event of SQS, as Lambda hands it over. */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    /** How often it was handed over, this time among them: digits. */
    readonly attributes?: { readonly ApproximateReceiveCount?: string };
  }[];
}

/** Which messages are to come again: Lambda's partial batch response. */
export interface SqsAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** By what an object is screened: a message or a function's call, and its place there, from 0. */
export interface ScreeningSource {
  readonly requestId?: string;
  readonly index: number;
}

/** What objects are screened with. */
export interface ScreeningOptions {
  readonly screen: (object: UploadedObject, origin: ScreeningSource) => Promise<ScreenedObject>;
  /** Objects whose keys begin so are our own results and quarantine: never screened. */
  readonly ownPrefixes?: readonly string[];
  /** Takes note of what came of each object; never of an image's content. */
  readonly log: (line: Record<string, unknown>) => void;
  /** How long one object may take, in milliseconds. */
  readonly within?: number;
  /** Told of an object that is not tried again by itself, and why. */
  readonly giveUp?: (object: UploadedObject, message: string) => Promise<void>;
  /** Has a message come again later, which is not one of its tries; left out, it fails where there is no model, and is let go where nothing is there. */
  readonly later?: (body: string) => Promise<void>;
}

/** What is known of an invocation of Lambda. */
export interface Invocation {
  /** Milliseconds until Lambda ends it: then all of its batch comes again. */
  getRemainingTimeInMillis?(): number;
  readonly awsRequestId?: string;
}

/**
 * Answers events of objects that were created, as they come from EventBridge through SQS: each message's object is
 * screened; a message that failed or took too long, and no other, comes again. One that is no such event is noted and
 * let go: it would never be.
 * That holds as long as this process does: were it killed for its memory, all of its batch would come again. Decoders are
 * bounded so that no image gets it there: so many bytes and pixels an object, eight objects held, two decoded at once.
 */
export async function screenEvents(
  event: SqsEvent,
  options: ScreeningOptions,
  by?: Invocation,
): Promise<SqsAnswer> {
  const { log } = options;
  const semaphore = new Semaphore(AT_ONCE);
  const hasFailed = await Promise.all(
    event.Records.map(({ messageId, body, attributes }) =>
      semaphore.take(async () => {
        const object = objectOf(body);
        if (!object) {
          log({ level: 'warn', message: 'not an S3 object-created event; let go', messageId });
          return false;
        }
        const { at, gone, ...named } = object;
        // Without its time nobody could tell when to end.
        const within = (time: number) =>
          at !== undefined && Date.now() - at < time ? options.later : undefined;
        const later = within(KEPT_FOR);
        try {
          if (gone && Date.now() < gone.next) {
            await within(GONE_FOR)?.(body);
            return false;
          }
          const origin = { requestId: messageId, index: 0 };
          const outcome = await screenAndLog(named, options, by, origin, { messageId });
          // Deleted, as a rule; or hidden for a while. Who deletes an upload of a bucket with versions leaves what was read here.
          if (outcome === 'gone') await within(GONE_FOR)?.(lookedFor(body, gone?.looks ?? 0));
          return false;
        } catch (error) {
          const again = error instanceof NotYet ? later : undefined;
          log({ level: again ? 'warn' : 'error', message: messageOf(error), messageId, ...named });
          if (again) {
            await again(body);
            return false;
          }
          if (Number(attributes?.ApproximateReceiveCount) >= TRIES)
            await tellGivenUp(named, messageOf(error), options);
          return true;
        }
      }),
    ),
  );
  const failed = event.Records.filter((_, i) => hasFailed[i]);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/**
 * Screens one object, and notes what came of it.
 * @param by what it may take is bounded by what its invocation has left
 * @returns undefined where it is one of our own, or a folder's mark
 * @throws what `screen` throws; TooSlow where it takes too long
 */
export async function screenAndLog(
  object: UploadedObject,
  { screen, ownPrefixes = [], log, within: most = SCREENED_WITHIN }: ScreeningOptions,
  by: Invocation | undefined,
  origin: ScreeningSource,
  more: Record<string, unknown> = {},
): Promise<ScreeningOutcome | undefined> {
  if (ownPrefixes.some((prefix) => object.key.startsWith(prefix))) {
    log({ level: 'info', message: 'left out: below a prefix of our own', ...more, ...object });
    return undefined;
  }
  const left = (by?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - TO_ANSWER;
  const result = await within(Math.min(most, left), 'Screening it', () => screen(object, origin));
  const { outcome, reason, verdict, movedTo, untagged, droppedTags, released } = result;
  if (outcome === 'folder') {
    log({ level: 'info', message: "left out: a folder's mark", ...more, ...object });
    return undefined;
  }
  const level = untagged || droppedTags || outcome === 'gone' ? 'warn' : 'info';
  const fields = { outcome, reason, pValue: verdict?.pValue, movedTo, untagged, droppedTags, released };
  log({ level, message: 'screened', ...more, ...object, ...fields });
  return outcome;
}

/** Tells of an object that is given up on. Where that fails, too, there is the log, and the message among the dead letters. */
export async function tellGivenUp(
  object: UploadedObject,
  message: string,
  { giveUp, log }: Pick<ScreeningOptions, 'giveUp' | 'log'>,
): Promise<void> {
  await giveUp?.(object, message).catch((error) =>
    log({ level: 'error', message: `that it is given up on is not told: ${messageOf(error)}`, ...object }),
  );
}

/** A message, with when its object is looked for once more after so many looks before this one. */
function lookedFor(body: string, before: number): string {
  const pause = FIRST_PAUSE * 2 ** before;
  return JSON.stringify({ ...JSON.parse(body), gone: { looks: before + 1, next: Date.now() + pause } });
}

function objectOf(body: string):
  | (UploadedObject & {
      readonly at?: number;
      readonly gone?: { readonly looks: number; readonly next: number } | undefined;
    })
  | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = created.safeParse(raw);
  if (!parsed.success) return undefined;
  const { bucket, object } = parsed.data.detail;
  // Unlike S3's own notifications, EventBridge's have keys as they are, not encoded for addresses.
  const versionId = object['version-id'];
  // `null` is what an object is called that has no versions (any more).
  const at = parsed.data.time === undefined ? undefined : Date.parse(parsed.data.time);
  return {
    bucket: bucket.name,
    key: object.key,
    versionId: versionId === 'null' ? undefined : versionId,
    gone: parsed.data.gone,
    ...(at !== undefined && !Number.isNaN(at) && { at }),
  };
}
