import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Services that say for which account they take on a role. Lambda's and EC2's documents don't say that of theirs. */
type Saying = 'ecs-tasks' | 'events' | 'states' | 'vpc-flow-logs';

/** A service that takes on a role, for this account alone: not for another whose resource names the role (a confused deputy). */
export function serviceHere(scope: Construct, service: Saying): ServicePrincipal {
  return new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
}
