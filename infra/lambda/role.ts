import type { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group and a role that may write to it, and nothing more. */
export function roleWithLogs(
  scope: Construct,
  removalPolicy: RemovalPolicy,
  retention: RetentionDays = RetentionDays.THREE_MONTHS,
): { role: Role; logGroup: LogGroup } {
  const logGroup = new LogGroup(scope, 'Logs', { retention, removalPolicy });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return { role, logGroup };
}
