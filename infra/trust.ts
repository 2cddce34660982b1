import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Services whose documents say that they tell for which account they take on a role. Of Lambda's execution roles and EC2's instance
 * profiles they don't: a condition that is never met would keep the function, or the machine, from its role. There it is needed less: a
 * function and a machine take roles of their own account alone (iam:PassRole), so that another account's can't name ours.
 * `test/infra/account.test.ts` lists each role without the condition by name.
 */
type Saying = 'ecs-tasks' | 'events' | 'states' | 'vpc-flow-logs';

/** A service that takes on a role, for this account alone: not for another whose resource names the role (a confused deputy). */
export function serviceHere(scope: Construct, service: Saying): ServicePrincipal {
  return new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
}
