import { CfnRule, Fn, type Stack } from 'aws-cdk-lib';

/**
 * Has CloudFormation refuse a stack before it makes anything, whatever it is given; its template can be looked at nevertheless. Said once for each id.
 * @param id of the rule
 * @param because what is told, and what to do
 */
export function refuse(stack: Stack, id: string, because: string): void {
  if (stack.node.tryFindChild(id)) return;
  new CfnRule(stack, id, {
    assertions: [{ assert: Fn.conditionEquals(id, 'missing'), assertDescription: because }],
  });
  // cfn-lint's W8003: a comparison that is always false. That is what it is for: an assertion that never holds.
  stack.templateOptions.metadata = {
    ...stack.templateOptions.metadata,
    'cfn-lint': { config: { ignore_checks: ['W8003'] } },
  };
}
