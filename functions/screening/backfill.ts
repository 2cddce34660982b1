import * as z from 'zod';
import { messageOf } from '../../models/errors';
import { Turns } from '../limits';
import { AT_ONCE, type ScreeningOptions, screenAndLog } from './events';
import type { Outcome } from './screen-object';
import '../../models/lean-zod';

/** A batch of items of a Step Functions Distributed Map over a listing or an S3 inventory. */
const batchSchema = z.object({
  BatchInput: z
    .object({
      bucket: z.string(),
      /** Whether keys are encoded as in addresses: those of an S3 inventory in CSV are. */
      encodedKeys: z.boolean(),
    })
    .partial()
    .optional(),
  Items: z.array(z.object({ Key: z.string(), Bucket: z.string().optional() })),
});

/** What came of a batch: its counts, for Step Functions to put together, and those that failed, with why. */
export interface BackfillAnswer {
  readonly counts: Record<Outcome | 'failed', number>;
  readonly failed: readonly { readonly key: string; readonly message: string }[];
}

/** No image is of a folder's mark or of an empty key. */
const isFolder = (key: string) => key === '' || key.endsWith('/');

/**
 * Screens a batch of a Distributed Map; what came of each object is logged, and all of it counted.
 * @param options `bucket` is that of items that name none
 * @throws Error where the event is no such batch, or every object of it failed: then it is worth trying again
 */
export async function screenBatch(
  event: unknown,
  options: ScreeningOptions & { readonly bucket?: string },
): Promise<BackfillAnswer> {
  const parsed = batchSchema.safeParse(event);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`No batch of a Distributed Map: ${issue.path.join('.')}: ${issue.message}`);
  }
  const { BatchInput, Items } = parsed.data;
  const counts = { clean: 0, backdoored: 0, unreadable: 0, gone: 0, failed: 0 };
  const failed: { key: string; message: string }[] = [];
  const turns = new Turns(AT_ONCE);
  const objects = Items.filter(({ Key }) => !isFolder(Key));
  const screenOne = async ({ Key, Bucket }: (typeof Items)[number]) => {
    let key = Key;
    try {
      if (BatchInput?.encodedKeys) key = decodeURIComponent(Key.replaceAll('+', ' '));
      const bucket = Bucket ?? BatchInput?.bucket ?? options.bucket;
      if (bucket === undefined) throw new Error('no bucket is named');
      const result = await screenAndLog({ bucket, key }, options);
      if (result) counts[result.outcome]++;
    } catch (error) {
      counts.failed++;
      failed.push({ key, message: messageOf(error) });
      options.log({ level: 'error', message: messageOf(error), key });
    }
  };
  await Promise.all(objects.map((item) => turns.take(() => screenOne(item))));
  if (objects.length > 0 && failed.length === objects.length) throw new Error(failed[0]!.message);
  return { counts, failed };
}
