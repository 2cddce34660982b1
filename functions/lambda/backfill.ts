import { type BackfillAnswer, screenBatch } from '../screening/backfill';
import { publishing } from './powertools';
import { startScreener } from './screener';
import { setting } from './start';

const { screen } = await startScreener();

/** Screens a batch of items of a Step Functions Distributed Map. */
export const handler = (event: unknown): Promise<BackfillAnswer> =>
  publishing(() => screenBatch(event, { screen, bucket: setting('GOODNET_UPLOADS_BUCKET') }));
