import { type Invocation, type SqsAnswer, type SqsEvent, screenEvents } from '../screening/events';
import { notScreened, publishing } from './powertools';
import { startScreener } from './screener';

const options = await startScreener();

/** Screens objects that were created: events of S3 through EventBridge and SQS, with partial batch failures. */
export const handler = (event: SqsEvent, context: Invocation): Promise<SqsAnswer> =>
  publishing(async () => {
    const answer = await screenEvents(event, options, context);
    notScreened('Screening', answer.batchItemFailures.length);
    return answer;
  });
