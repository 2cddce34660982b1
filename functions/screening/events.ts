import { z } from 'zod';
import { messageOf } from '../../models/errors';
import type { UploadedObject } from '../uploads/s3';
import type { ScreenedObject } from './screen-object';

/** What EventBridge tells of an object that was created in S3, as far as it is read. */
const created = z.object({
  'detail-type': z.literal('Object Created'),
  source: z.literal('aws.s3'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), 'version-id': z.string().optional() }),
  }),
});

/** An event of SQS, as Lambda hands it over. */
export interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** Which messages are to come again: Lambda's partial batch response. */
export interface SqsAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface EventsOptions {
  readonly screen: (object: UploadedObject) => Promise<ScreenedObject>;
  /** Objects whose keys begin so are our own results and quarantine: never screened. */
  readonly ownPrefixes: readonly string[];
  /** Takes note of what came of each message; never of an image's content. */
  readonly log: (line: Record<string, unknown>) => void;
}

/**
 * Answers events of objects that were created, as they come from EventBridge through SQS: each message's object is
 * screened; a message that failed, and no other, comes again. One that is no such event is noted and let go: it would
 * never be.
 */
export async function screenEvents(event: SqsEvent, options: EventsOptions): Promise<SqsAnswer> {
  const { screen, ownPrefixes, log } = options;
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of event.Records) {
    const object = objectOf(body);
    if (!object) {
      log({ level: 'warn', message: 'not an S3 object-created event; let go', messageId });
      continue;
    }
    if (ownPrefixes.some((prefix) => object.key.startsWith(prefix))) continue;
    try {
      const { outcome, reason, verdict, movedTo } = await screen(object);
      log({
        level: 'info',
        message: 'screened',
        messageId,
        ...object,
        outcome,
        reason,
        pValue: verdict?.pValue,
        movedTo,
      });
    } catch (error) {
      log({ level: 'error', message: messageOf(error), messageId, ...object });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

function objectOf(body: string): UploadedObject | undefined {
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
  return { bucket: bucket.name, key: object.key, versionId: object['version-id'] };
}
