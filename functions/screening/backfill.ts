import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { messageOf } from '../../models/errors';
import { first } from '../../models/present';
import { Semaphore } from '../limits';
import type { UploadedObject } from '../uploads/s3';
import { AT_ONCE, type Invocation, type ScreeningOptions, screenAndLog, tellGivenUp } from './events';
import type { ScreeningOutcome } from './screen-object';
import '../../models/zod-without-jit';

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
  readonly counts: Record<ScreeningOutcome | 'failed', number>;
  readonly failed: readonly { readonly key: string; readonly message: string }[];
}

/** How long is waited before what failed, while other objects did not, is tried again; in milliseconds. */
const WAITS = [1000, 4000];

/** Every object of a batch failed; Step Functions knows it by its name, and has the batch tried again. */
export class BatchFailed extends Error {
  override readonly name = 'BatchFailed';
}

/**
 * Screens a batch of a Distributed Map; what came of each object is logged, and all of it counted. Objects that failed
 * are tried again where others did not.
 * @param options `bucket` is that of items that name none
 * @throws BatchFailed where every object of it failed, and it is worth trying again; Error where the event is no such
 * batch, or names no object that could be looked for
 */
export async function screenBatch(
  event: unknown,
  options: ScreeningOptions & { readonly bucket?: string; readonly waits?: readonly number[] },
  by?: Invocation,
): Promise<BackfillAnswer> {
  const parsed = batchSchema.safeParse(event);
  if (!parsed.success) {
    const issue = first(parsed.error.issues);
    throw new Error(`No batch of a Distributed Map: ${issue.path.join('.')}: ${issue.message}`);
  }
  const { log, waits = WAITS } = options;
  const counts = { clean: 0, backdoored: 0, unreadable: 0, gone: 0, failed: 0 };
  const failed: { key: string; message: string }[] = [];
  const giveUp = (key: string, message: string) => {
    counts.failed++;
    failed.push({ key, message });
    log({ level: 'error', message, key });
  };
  const { objects, strange } = objectsOf(parsed.data, options.bucket);
  for (const { key, message } of strange) giveUp(key, message);
  let again = await screenEach(objects, options, by, counts);
  const isWhole = again.length > 0 && again.length === objects.length;
  for (const wait of isWhole ? [] : waits) {
    if (again.length === 0) break;
    for (const { item, message } of again) log({ level: 'warn', message, key: item.object.key, again: true });
    await setTimeout(wait);
    const others = again.map(({ item }) => item);
    again = await screenEach(others, options, by, counts);
  }
  for (const { item, message } of again) {
    giveUp(item.object.key, message);
    await tellGivenUp(item.object, message, options);
  }
  if (isWhole) throw new BatchFailed(first(again).message);
  if (objects.length === 0 && strange.length > 0) throw new Error(first(strange).message);
  return { counts, failed };
}

/** An object, and its place in the batch. */
interface Item {
  readonly object: UploadedObject;
  readonly index: number;
}

/** Screens objects, counts what came of them, and gives those that failed, with why. */
async function screenEach(
  items: readonly Item[],
  options: ScreeningOptions,
  by: Invocation | undefined,
  counts: Record<ScreeningOutcome, number>,
): Promise<{ item: Item; message: string }[]> {
  const semaphore = new Semaphore(AT_ONCE);
  const failures: { item: Item; message: string }[] = [];
  const screenOne = async (item: Item) => {
    try {
      const source = { requestId: by?.awsRequestId, index: item.index };
      const outcome = await screenAndLog(item.object, options, by, source);
      if (outcome) counts[outcome]++;
    } catch (error) {
      failures.push({ item, message: messageOf(error) });
    }
  };
  await Promise.all(items.map((item) => semaphore.take(() => screenOne(item))));
  return failures;
}

/** The objects that a batch names, and items that name none, which no second try mends. */
function objectsOf({ BatchInput, Items }: z.infer<typeof batchSchema>, elsewhere: string | undefined) {
  const objects: Item[] = [];
  const strange: { key: string; message: string }[] = [];
  for (const [index, { Key, Bucket }] of Items.entries()) {
    if (Key === '') continue;
    const bucket = Bucket ?? BatchInput?.bucket ?? elsewhere;
    try {
      const key = BatchInput?.encodedKeys ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
      if (bucket === undefined) throw new Error('no bucket is named');
      objects.push({ object: { bucket, key }, index });
    } catch (error) {
      strange.push({ key: Key, message: messageOf(error) });
    }
  }
  return { objects, strange };
}
