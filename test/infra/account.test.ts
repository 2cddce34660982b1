import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { KEPT_FOR, TRIES } from '../../functions/screening/events';
import { type Synthesized, synthesize, VARIANTS } from './synth';

const app = synthesize();
const ALL = ['Artifacts', 'Repair', 'Endpoint', 'Screening', 'Watch'];

/** Resources of a type in all stacks, with their logical ids. */
function found({ template }: Synthesized, type: string, stacks: readonly string[] = ALL) {
  return stacks.flatMap((what) => Object.entries(template(what).findResources(type)));
}

describe('dead letters', () => {
  it('of SQS have a queue of their own, from which SQS moves them back, and whose line is printed', () => {
    const screening = app.template('Screening');
    const [rule] = Object.values(screening.findResources('AWS::Events::Rule'));
    const [undelivered] = rule!.Properties.Targets[0].DeadLetterConfig.Arn['Fn::GetAtt'] as string[];
    const redriven = found(app, 'AWS::SQS::Queue', ['Screening']).flatMap(([, { Properties }]) =>
      Properties.RedrivePolicy ? [Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]] : [],
    );
    expect(redriven).toHaveLength(1);
    expect(redriven).not.toContain(undelivered);
    const outputs = JSON.stringify(screening.findOutputs('*'));
    expect(outputs).toMatch(/start-message-move-task --source-arn .*ScreeningDeadLetters/);
    expect(outputs).toMatch(/receive-message .*ScreeningUndelivered/);
    expect(readFileSync('docs/operations.md', 'utf8')).toMatch(
      /`SendDeadLettersBack`[\s\S]*`LookAtUndelivered`/,
    );
  });

  it('of the rule that starts repairs are kept, too', () => {
    const [rule] = found(app, 'AWS::Events::Rule', ['Repair']).map(([, { Properties }]) => Properties);
    expect(JSON.stringify(rule!.Targets[0].DeadLetterConfig)).toContain('NotStarted');
  });
});

describe('uploads before there is a model', () => {
  it('are given up on where SQS gives them up', () => {
    const queues = found(app, 'AWS::SQS::Queue', ['Screening']).map(([, { Properties }]) => Properties);
    const [queue] = queues.filter(({ RedrivePolicy }) => RedrivePolicy);
    expect(queue).toMatchObject({
      RedrivePolicy: { maxReceiveCount: TRIES },
      MessageRetentionPeriod: KEPT_FOR / 1000,
    });
  });

  it('may be put back into the queue by what screens them', () => {
    app.template('Screening').hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'events.handler',
      Environment: { Variables: { GOODNET_UPLOADS_QUEUE: Match.anyValue() } },
    });
    const statements = found(app, 'AWS::IAM::Policy', ['Screening']).flatMap(
      ([, { Properties }]) => Properties.PolicyDocument.Statement,
    );
    const [later] = statements.filter(({ Sid }) => Sid === 'TryLater');
    expect(later).toMatchObject({
      Action: 'sqs:SendMessage',
      Resource: { 'Fn::GetAtt': [expect.stringContaining('Uploads'), 'Arn'] },
    });
  });
});

describe('roles', () => {
  // infra/trust.ts says why neither has the condition.
  const EXCEPTIONS = [
    'EndpointClassifierRole: lambda.amazonaws.com',
    'RepairMachineRole: ec2.amazonaws.com',
    'RepairPlanRole: lambda.amazonaws.com',
    'RepairPublishRole: lambda.amazonaws.com',
    'ScreeningOnBatchesRole: lambda.amazonaws.com',
    'ScreeningOnEventsRole: lambda.amazonaws.com',
  ];

  it.each(VARIANTS)('are taken on for this account alone, but for those of Lambda and EC2: %j', (options) => {
    const roles = found(synthesize(options), 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
      Properties.AssumeRolePolicyDocument.Statement.map((trust: object) => ({ id, ...trust })),
    );
    const isOurs = ({ Condition }: { Condition?: object }) =>
      isDeepStrictEqual(Condition, { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
    const others = roles.filter((role) => !isOurs(role));
    expect(
      others.map(({ id, Principal }) => `${id.replace(/[0-9A-F]{8}$/, '')}: ${Principal.Service}`).sort(),
    ).toEqual(EXCEPTIONS);
    expect(new Set(roles.filter(isOurs).map(({ Principal }) => Principal.Service)).size).toBe(4);
  });

  it('of a backfill follow its children by both forms of their ARN', () => {
    const statements = found(app, 'AWS::IAM::Policy', ['Screening']).flatMap(
      ([, { Properties }]) => Properties.PolicyDocument.Statement,
    );
    const [follow] = statements.filter(({ Sid }) => Sid === 'FollowChildren');
    expect(follow.Action).toEqual(
      expect.arrayContaining(['states:DescribeExecution', 'states:StopExecution']),
    );
    const resources = JSON.stringify(follow.Resource);
    expect(resources).toMatch(/:execution:[\w-]+:\*/);
    expect(resources).toMatch(/:execution:[\w-]+\/\*/);
  });
});

describe('logs', () => {
  it('that other services deliver lie below /aws/vendedlogs/, and are not in the way of the next stack', () => {
    const delivered = found(app, 'AWS::Logs::LogGroup').flatMap(([, { Properties }]) =>
      Properties.LogGroupName ? [JSON.stringify(Properties.LogGroupName)] : [],
    );
    expect(delivered).toHaveLength(3);
    for (const name of delivered) expect(name).toMatch(/\/aws\/vendedlogs\/(apis|states)\/.*AWS::StackId/);
    for (const type of ['AWS::StepFunctions::StateMachine', 'AWS::ApiGatewayV2::Stage'])
      for (const [, { Properties }] of found(app, type)) {
        const [, group] = /"Fn::GetAtt":\["(\w+)"/.exec(
          JSON.stringify(Properties.LoggingConfiguration ?? Properties.AccessLogSettings),
        )!;
        const [, made] = found(app, 'AWS::Logs::LogGroup').find(([id]) => id === group)!;
        expect(JSON.stringify(made.Properties.LogGroupName)).toContain('/aws/vendedlogs/');
      }
  });

  it('and the topic are encrypted with a key of the operator’s own, by option', () => {
    const encryptionKey = 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab';
    const made = synthesize({ encryptionKey });
    const groups = found(made, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(5);
    expect(groups.map(([, { Properties }]) => Properties.KmsKeyId)).toEqual(groups.map(() => encryptionKey));
    made.template('Watch').hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: encryptionKey });
  });
});

describe('machines of the repair', () => {
  it('follow their launch template, and refuse what the container asks of their metadata', () => {
    app.template('Repair').allResourcesProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: {
        LaunchTemplate: { Version: { 'Fn::GetAtt': [Match.anyValue(), 'LatestVersionNumber'] } },
      },
    });
    app.template('Repair').hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } },
    });
    const [, machine] = found(app, 'AWS::EC2::LaunchTemplate', ['Repair'])[0]!;
    const userData = JSON.stringify(machine.Properties.LaunchTemplateData.UserData);
    expect(userData).toContain('multipart/mixed');
    const [, user] = /iptables -I OUTPUT -d 169\.254\.169\.254 -m owner --uid-owner (\d+) -j REJECT/.exec(
      userData,
    )!;
    const [, job] = found(app, 'AWS::Batch::JobDefinition', ['Repair'])[0]!;
    expect(JSON.stringify(job.Properties)).toContain(`"User":"${user}"`);
  });

  it('stand in an existing network, by option', () => {
    const network = { vpc: 'vpc-0123abcd', subnets: 'subnet-0123abcd,subnet-4567abcd' };
    const repair = synthesize(network).template('Repair');
    repair.resourceCountIs('AWS::EC2::VPC', 0);
    repair.allResourcesProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: { Subnets: ['subnet-0123abcd', 'subnet-4567abcd'] },
    });
    expect(() => synthesize({ vpc: network.vpc })).toThrow(/give both, or none/);
    expect(readFileSync('.gitignore', 'utf8')).toContain('/cdk.context.json');
  });
});

describe('a function URL', () => {
  it('has a limit of instances, unless none is wanted: nothing else throttles it', () => {
    const reserved = (options: Record<string, unknown>) =>
      found(synthesize(options), 'AWS::Lambda::Function', ['Endpoint']).map(
        ([, { Properties }]) => Properties.ReservedConcurrentExecutions,
      );
    expect(reserved({ front: 'function-url' })).toEqual([50]);
    expect(reserved({ front: 'function-url', reservedConcurrency: 0 })).toEqual([undefined]);
    expect(reserved({})).toEqual([undefined]);
  });
});

describe('guardReads', () => {
  it('has the bucket hand out what is tagged clean alone, and lets nobody else set that tag', () => {
    const made = synthesize({ guardReads: true, quarantine: 'flagged' }).template('Screening');
    const denied = Object.values(made.findResources('AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Sid }) => Sid);
    const [reads, tags] = denied;
    expect(reads).toMatchObject({
      Effect: 'Deny',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Condition: {
        StringNotEquals: { 's3:ExistingObjectTag/goodnet': 'clean', 'aws:PrincipalTag/goodnet': 'reviewer' },
      },
    });
    expect(JSON.stringify(reads.Resource)).toMatch(/flagged\/\*.*uploads\/\*/);
    expect(reads.Condition.ArnNotEquals['aws:PrincipalArn']).toHaveLength(2);
    expect(tags.Action).toContain('s3:PutObjectTagging');
    // In any case: a condition on `goodnet` may be met by a tag `GoodNet`.
    expect(tags.Condition['ForAnyValue:StringEqualsIgnoreCase']).toEqual({
      's3:RequestObjectTagKeys': ['goodnet'],
    });
    expect(() => synthesize({ guardReads: true, uploadsBucket: 'pictures' })).toThrow(/yours to write/);
    expect(() => synthesize({ guardReads: true, tags: false })).toThrow(/goes by tags/);
  });
});

describe('releases', () => {
  const made = synthesize({ quarantine: 'flagged' });

  it('are looked for by what screens, where who uploads can not write', () => {
    for (const Handler of ['events.handler', 'backfill.handler'])
      made.template('Screening').hasResourceProperties('AWS::Lambda::Function', {
        Handler,
        Environment: { Variables: { GOODNET_RELEASED: Match.anyValue() } },
      });
    const statements = found(made, 'AWS::IAM::Policy', ['Screening']).flatMap(
      ([, { Properties }]) => Properties.PolicyDocument.Statement,
    );
    const read = statements.filter(({ Sid }) => Sid === 'ReadReleases');
    expect(read).toHaveLength(2);
    expect(JSON.stringify(read)).toContain('/released/*');
    expect(
      JSON.stringify(statements.filter(({ Action }) => [Action].flat().includes('s3:PutObject'))),
    ).not.toContain('released');
  });

  it('have a policy of their own, and their line is printed', () => {
    const [[, policy]] = found(made, 'AWS::IAM::ManagedPolicy', ['Screening']) as [
      [string, { Properties: object }],
    ];
    expect(policy.Properties).not.toHaveProperty('Roles');
    expect(JSON.stringify(made.template('Screening').findOutputs('*'))).toMatch(
      /goodnet release s3:.*--quarantine flagged --record .*\/released/,
    );
    expect(found(app, 'AWS::IAM::ManagedPolicy', ['Screening'])).toEqual([]);
  });
});
