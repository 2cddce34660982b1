import { Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { GoodNetRepair } from '../repair';

/**
 * Tells those of the topic what Batch says of a job that holds up its queue: capacity, or what the machines lack.
 * The target lets `events.amazonaws.com` publish, on no condition: EventBridge gives SNS neither aws:SourceArn nor aws:SourceAccount ("You
 * can't use Condition blocks in Amazon SNS topic policies for EventBridge", its User Guide, resource-based policies), so that with one
 * nothing would arrive. Nor does a role for the target do instead: the same page has none for topics.
 */
export function blockedQueues(scope: Construct, { queues }: GoodNetRepair, topic: ITopic): Rule {
  const reason = EventField.fromPath('$.detail.statusReason');
  const queue = EventField.fromPath('$.detail.jobQueue');
  return new Rule(scope, 'QueueBlocked', {
    description: 'A repair waits for a machine, and holds up its queue',
    eventPattern: {
      source: ['aws.batch'],
      detailType: ['Batch Job Queue Blocked'],
      account: [Stack.of(scope).account],
      detail: { jobQueue: queues.map(({ jobQueueArn }) => jobQueueArn) },
    },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `A repair waits for a GPU machine (${queue}): ${reason}. What to do: docs/operations.md, "Alarms", RepairBlocked.`,
        ),
      }),
    ],
  });
}
