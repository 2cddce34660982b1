import { Aws, Fn, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * A log group that another service writes to by a delivery (API Gateway, Step Functions): below `/aws/vendedlogs/`, where the
 * account's one policy for deliveries, of 5120 characters, need not name it. The name has a part of the stack's id: a group
 * that stays when its stack goes is not in the way of the next.
 * @param service a word of the name
 */
export function deliveredLogs(
  scope: Construct,
  id: string,
  service: 'apis' | 'states',
  removalPolicy: RemovalPolicy,
): LogGroup {
  const made = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
  return new LogGroup(scope, id, {
    logGroupName: `/aws/vendedlogs/${service}/${Stack.of(scope).stackName}-${id}-${made}`,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy,
  });
}
