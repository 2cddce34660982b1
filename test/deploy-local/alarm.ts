import { equal, ok } from 'node:assert/strict';
import type { Story } from '../end-to-end/aws/story';
import { type Place, until } from './place';

/** An alarm reaches whoever has subscribed to the topic. */
export async function stepOfAlarm(story: Story, place: Place): Promise<void> {
  await story.step('An alarm reaches somebody', async () => {
    const { MetricAlarms } = (await place.aws('cloudwatch', 'describe-alarms')) as {
      MetricAlarms: { AlarmName: string; AlarmActions: string[] }[];
    };
    const topics = new Set(MetricAlarms.flatMap(({ AlarmActions }) => AlarmActions));
    equal(topics.size, 1, 'alarms go to one topic');
    const { Subscriptions } = (await place.aws('sns', 'list-subscriptions')) as {
      Subscriptions: { Protocol: string; Endpoint: string }[];
    };
    ok(
      Subscriptions.some(({ Protocol, Endpoint }) => Protocol === 'email' && Endpoint === 'ops@example.com'),
    );
    const queue = (await place.aws('sqs', 'create-queue', '--queue-name', 'somebody')).QueueUrl as string;
    const told = await place.aws(
      'sqs',
      'get-queue-attributes',
      '--queue-url',
      queue,
      '--attribute-names',
      'QueueArn',
    );
    const { QueueArn } = told.Attributes as { QueueArn: string };
    const [topic] = topics;
    await place.aws(
      'sns',
      'subscribe',
      '--topic-arn',
      topic!,
      '--protocol',
      'sqs',
      '--notification-endpoint',
      QueueArn,
    );
    const { AlarmName } = MetricAlarms.find(({ AlarmName: name }) => name.includes('DeadLetters'))!;
    // As docs/operations.md has it.
    await place.shell(
      `aws cloudwatch set-alarm-state --alarm-name ${AlarmName} --state-value ALARM --state-reason test`,
    );
    const message = await until('the message', async () => {
      const { Messages = [] } = (await place.aws(
        'sqs',
        'receive-message',
        '--queue-url',
        queue,
        '--wait-time-seconds',
        '5',
      )) as {
        Messages?: { Body: string }[];
      };
      return Messages[0] && (JSON.parse(JSON.parse(Messages[0].Body).Message) as Record<string, string>);
    });
    equal(message.AlarmName, AlarmName);
    equal(message.NewStateValue, 'ALARM');
    story.saw(`${MetricAlarms.length} alarms; ${AlarmName} came by SNS: ${message.NewStateValue}`);
  });
}
