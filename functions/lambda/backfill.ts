import { type BackfillAnswer, screenBatch } from '../screening/backfill';
import type { Invocation } from '../screening/events';
import { notScreened, publishing } from './powertools';
import { startScreener } from './screener';
import { setting } from './setting';

const options = { ...(await startScreener()), bucket: setting('GOODNET_UPLOADS_BUCKET') };

/** Screens a batch of items of a Step Functions Distributed Map. */
export const handler = (event: unknown, context: Invocation): Promise<BackfillAnswer> =>
  publishing(async () => {
    const answer = await screenBatch(event, options, context);
    notScreened('Backfill', answer.failed.length);
    return answer;
  });
