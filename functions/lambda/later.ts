import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** Seconds until a message comes again: the longest that SQS holds one back. */
const DELAY = 900;

/** Puts a message into a queue once more, to come after a quarter of an hour; it does not count as one of its tries. */
export function sendLater(queueUrl: string, client = new SQSClient({})): (body: string) => Promise<void> {
  return async (body) => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds: DELAY }));
  };
}
