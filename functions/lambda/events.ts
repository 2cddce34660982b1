import { type SqsAnswer, type SqsEvent, screenEvents } from '../screening/events';
import { logger, publishing } from './powertools';
import { startScreener } from './screener';

const { screen, ownPrefixes } = await startScreener();
const levels = { info: 'info', warn: 'warn', error: 'error' } as const;

/** Screens objects that were created: events of S3 through EventBridge and SQS, with partial batch failures. */
export const handler = (event: SqsEvent): Promise<SqsAnswer> =>
  publishing(() =>
    screenEvents(event, {
      screen,
      ownPrefixes,
      log: ({ level, message, ...more }) =>
        logger[levels[level as keyof typeof levels]](String(message), more),
    }),
  );
