import { z } from 'zod';
import { messageOf } from '../../models/errors';
import type { UploadedObject } from '../uploads/s3';
import type { Outcome, ScreenedObject } from './screen-object';

/** A batch of items of a Step Functions Distributed Map over a listing or an S3 inventory. */
const batchSchema = z.object({
  BatchInput: z.object({ bucket: z.string() }).partial().optional(),
  Items: z.array(z.union([z.object({ Key: z.string() }), z.object({ Bucket: z.string(), Key: z.string() })])),
});

/** What came of a batch: its counts, for Step Functions to put together, and those that failed, with why. */
export interface BackfillAnswer {
  readonly counts: Record<Outcome | 'failed', number>;
  readonly failed: readonly { readonly key: string; readonly message: string }[];
}

/** No image is of a folder's mark or of an empty key. */
const isFolder = (key: string) => key === '' || key.endsWith('/');

/**
 * Screens a batch of a Distributed Map.
 * @param bucket of items that name none
 * @throws Error where the event is no such batch, or every object of it failed: then it is worth trying again
 */
export async function screenBatch(
  event: unknown,
  {
    screen,
    bucket,
  }: { readonly screen: (object: UploadedObject) => Promise<ScreenedObject>; readonly bucket?: string },
): Promise<BackfillAnswer> {
  const parsed = batchSchema.safeParse(event);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`No batch of a Distributed Map: ${issue.path.join('.')}: ${issue.message}`);
  }
  const { BatchInput, Items } = parsed.data;
  const counts = { clean: 0, backdoored: 0, unreadable: 0, gone: 0, failed: 0 };
  const failed: { key: string; message: string }[] = [];
  const objects = Items.filter(({ Key }) => !isFolder(Key));
  for (const item of objects) {
    const from = 'Bucket' in item ? item.Bucket : (BatchInput?.bucket ?? bucket);
    try {
      if (from === undefined) throw new Error('no bucket is named');
      counts[(await screen({ bucket: from, key: item.Key })).outcome]++;
    } catch (error) {
      counts.failed++;
      failed.push({ key: item.Key, message: messageOf(error) });
    }
  }
  if (objects.length > 0 && failed.length === objects.length) throw new Error(failed[0]!.message);
  return { counts, failed };
}
