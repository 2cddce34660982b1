import { type SqsAnswer, type SqsEvent, screenEvents } from '../screening/events';
import { notScreened, publishing } from './powertools';
import { startScreener } from './screener';

const options = await startScreener();

/** Screens objects that were created: events of S3 through EventBridge and SQS, with partial batch failures. */
export const handler = (event: SqsEvent): Promise<SqsAnswer> =>
  publishing(async () => {
    const answer = await screenEvents(event, options);
    notScreened('Screening', answer.batchItemFailures.length);
    return answer;
  });
