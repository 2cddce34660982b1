import { Stack, Validations } from 'aws-cdk-lib';
import { type IRole, ManagedPolicy, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';

/** What a role may do. */
export interface Allowed extends Pick<PolicyStatementProps, 'sid' | 'conditions'> {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Why a `*` in it is as narrow as it can be. */
  readonly because?: string;
}

/** Who is let: a role, or whoever a policy will be attached to. */
export type Allowee = IRole | ManagedPolicy;

/**
 * Lets a role do something. A wildcard needs its reason, which cdk-nag is told, too: it names each finding by its text
 * in the template, known only when references between stacks have been resolved.
 */
export function allow(role: Allowee, { because, actions, resources, ...rest }: Allowed): void {
  const statement = new PolicyStatement({ ...rest, actions: [...actions], resources: [...resources] });
  if (role instanceof ManagedPolicy) role.addStatements(statement);
  else role.addToPrincipalPolicy(statement);
  role.node.addValidation({
    validate() {
      const findings = wildcards(Stack.of(role).resolve(statement.toStatementJson()));
      if (findings.length === 0) return [];
      if (!because) return [`A wildcard without a reason: ${findings.join(', ')}`];
      for (const finding of findings) explain(role, `IAM5[${finding}]`, because);
      return [];
    },
  });
}

/** Tells cdk-nag why one of its AwsSolutions rules does not hold here. */
export function explain(
  construct: Allowee | Parameters<typeof Validations.of>[0],
  rule: string,
  because: string,
): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason: because });
}

interface Resolved {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function wildcards({ Action, Resource }: Resolved): string[] {
  const actions = [Action].flat().map((action) => `Action::${action}`);
  const resources = [Resource].flat().map((resource) => `Resource::${flat(resource)}`);
  return [...actions, ...resources].filter((finding) => finding.includes('*'));
}

/** A CloudFormation value as cdk-nag writes it. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[kind, of]] = Object.entries(value as Record<string, unknown>) as [[string, unknown]];
  if (kind === 'Fn::Join') {
    const [delimiter, parts] = of as [string, unknown[]];
    return parts.map(flat).join(delimiter);
  }
  if (kind === 'Fn::GetAtt') return `<${(of as string[]).join('.')}>`;
  if (kind === 'Fn::ImportValue') return flat(of);
  return kind === 'Ref' ? `<${of}>` : JSON.stringify(value);
}
