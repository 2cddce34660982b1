import { describe, expect, it } from 'vitest';
import { type Synthesized, synthesize } from './synth';

/** Something of a service that is sent somewhere. */
interface Delivery {
  readonly what: string;
  readonly service: string;
  readonly action: string;
  readonly to: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Principal?: { readonly Service?: string | string[] };
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What is read of resources of all kinds. */
interface Properties {
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
  readonly InsufficientDataActions?: readonly unknown[];
  readonly Targets?: readonly {
    readonly Arn: unknown;
    readonly DeadLetterConfig?: { readonly Arn: unknown };
  }[];
  readonly Topics?: readonly unknown[];
  readonly Queues?: readonly unknown[];
  readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
}

const KINDS = { 'AWS::SNS::Topic': 'sns:Publish', 'AWS::SQS::Queue': 'sqs:SendMessage' } as const;

/** A topic or queue as a template refers to it: its logical id, across stacks by the export's name. */
function idOf(reference: unknown): string {
  const text = JSON.stringify(reference) ?? '';
  const [, id] = /"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/.exec(text) ?? [];
  return id ?? text;
}

function all({ stacks, template }: Synthesized) {
  return stacks.flatMap(({ stackName }) => {
    const { Resources = {} } = template(stackName.replace(/^.*-/, '')).toJSON();
    return Object.entries(Resources as Record<string, { Type: string; Properties: Properties }>);
  });
}

function deliveries(made: Synthesized): Delivery[] {
  const kinds = new Map(all(made).map(([id, { Type }]) => [id, Type]));
  const to = (what: string, service: string, reference: unknown): Delivery[] => {
    const id = idOf(reference);
    const action = KINDS[kinds.get(id) as keyof typeof KINDS];
    return action ? [{ what, service, action, to: id }] : [];
  };
  return all(made).flatMap(([id, { Type, Properties }]) => {
    if (Type === 'AWS::CloudWatch::Alarm')
      return (['AlarmActions', 'OKActions', 'InsufficientDataActions'] as const).flatMap((kind) =>
        (Properties[kind] ?? []).flatMap((each) => to(id, 'cloudwatch.amazonaws.com', each)),
      );
    if (Type === 'AWS::Events::Rule')
      return (Properties.Targets ?? []).flatMap((target) => [
        ...to(id, 'events.amazonaws.com', target.Arn),
        ...(target.DeadLetterConfig ? to(id, 'events.amazonaws.com', target.DeadLetterConfig.Arn) : []),
      ]);
    return [];
  });
}

function isLet(made: Synthesized, { service, action, to }: Delivery): boolean {
  const policies = all(made).filter(
    ([, { Type, Properties }]) =>
      ['AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'].includes(Type) &&
      (Properties.Topics ?? Properties.Queues ?? []).some((each) => idOf(each) === to),
  );
  const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument?.Statement ?? []);
  return statements.some(
    ({ Effect, Action, Principal, Resource, Condition }) =>
      Effect === 'Allow' &&
      [Action].flat().includes(action) &&
      [Principal?.Service].flat().includes(service) &&
      idOf(Resource) === to &&
      // Only for this account, or for the very rule; to a topic EventBridge sends nothing on a condition (infra/watch/blocked.ts).
      (service === 'events.amazonaws.com' && action === 'sns:Publish'
        ? Condition === undefined
        : /aws:Source(Account|Arn)/.test(JSON.stringify(Condition))),
  );
}

describe('every service that sends to a topic or a queue', () => {
  it.each([{}, { uploadsBucket: 'pictures', events: true, alarmEmails: 'ops@example.com' }])(
    'is let by its policy: %j',
    (options) => {
      const made = synthesize(options);
      const sent = deliveries(made);
      expect(new Set(sent.map(({ service }) => service))).toEqual(
        new Set(['cloudwatch.amazonaws.com', 'events.amazonaws.com']),
      );
      expect(sent.filter((each) => !isLet(made, each))).toEqual([]);
    },
  );
});
