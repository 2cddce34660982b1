import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MALLOC as MALLOC_THERE } from '../../functions/small-heap';
import { GoodNetArtifacts } from '../../infra/artifacts';
import { MALLOC } from '../../infra/lambda/environment';
import { GoodNetScreening } from '../../infra/screening';
import { ALARM_METRICS } from '../research/scale/idle';
import { type Synthesized, synthesize, VARIANTS } from './synth';

const app = synthesize();

interface Statement {
  Sid?: string;
  Action: string | string[];
  Resource: unknown;
}

/** Statements of all policies of roles in a stack. */
function statements({ template }: Synthesized, what: string): Statement[] {
  const policies = Object.values(template(what).findResources('AWS::IAM::Policy'));
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

const ALL = ['Artifacts', 'Repair', 'Endpoint', 'Screening', 'Watch'];

describe('least privilege', () => {
  it('lets nobody take actions with a wildcard', () => {
    for (const what of ALL) {
      const actions = statements(app, what).flatMap(({ Action }) => Action);
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    }
  });

  it('gives all resources only to actions that know none', () => {
    const everywhere = ALL.flatMap((what) => statements(app, what)).filter(
      ({ Resource }) => Resource === '*',
    );
    const actions = new Set(everywhere.flatMap(({ Action }) => Action));
    const knowNone =
      /^(ecr:GetAuthorizationToken|batch:(DescribeJobs|ListJobs|TerminateJob)|logs:.*|xray:.*|cloudwatch:PutMetricData)$/;
    expect([...actions].filter((action) => !knowNone.test(action))).toEqual([]);
  });

  it('lets the endpoint read bundles, and do nothing else with the bucket', () => {
    const onBucket = statements(app, 'Endpoint').filter(({ Action }) =>
      [Action].flat()[0]!.startsWith('s3:'),
    );
    expect(onBucket.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(JSON.stringify(onBucket[0]!.Resource)).toMatch(/"\/models\/\*"/);
  });

  it('lets screening delete nothing, unless there is a quarantine', () => {
    const deletes = (made: Synthesized) =>
      statements(made, 'Screening').some(({ Action }) =>
        [Action].flat().some((one) => one.includes('Delete')),
      );
    const logs = (made: Synthesized) =>
      statements(made, 'Screening').filter(({ Sid }) => Sid === 'TakeAwayFlagged').length;
    expect(logs(app)).toBe(0);
    const moving = synthesize({ quarantine: 'flagged' });
    expect(logs(moving)).toBe(2);
    expect(deletes(moving)).toBe(true);
  });
});

describe('buckets and keys', () => {
  it('are closed, versioned, encrypted, and stay when a stack goes', () => {
    for (const what of ['Artifacts', 'Screening']) {
      app.template(what).allResources('AWS::S3::Bucket', {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BucketEncryption: Match.anyValue(),
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        },
      });
      app.template(what).hasResourceProperties('AWS::S3::Bucket', {
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      });
    }
    app.template('Artifacts').hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' },
    });
  });

  it('go with the stack where that is asked for', () => {
    const gone = synthesize({ retain: false });
    gone.template('Artifacts').allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });
});

describe('the artifacts', () => {
  it('print how a bundle is published, signed where bundles are', () => {
    const publish = (made: Synthesized) =>
      JSON.stringify(
        Object.entries(made.template('Artifacts').findOutputs('*')).find(([id]) => id.includes('Publish')),
      );
    expect(publish(app)).toMatch(/goodnet publish BUNDLE --to s3:.*\/models\/NAME --sign .*SigningKey/);
    expect(publish(synthesize({ signing: 'none' }))).not.toContain('--sign');
  });
});

describe('those who publish', () => {
  it('may put bundles into the store and sign, and delete nothing', () => {
    const [policy] = Object.values(app.template('Artifacts').findResources('AWS::IAM::ManagedPolicy'));
    const told = policy!.Properties.PolicyDocument.Statement as {
      Action: string | string[];
      Resource: unknown;
    }[];
    expect(told.flatMap(({ Action }) => Action).sort()).toEqual([
      ...[
        'kms:GetPublicKey',
        'kms:Sign',
        's3:AbortMultipartUpload',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
      ],
    ]);
    const sign = told.find(({ Action }) => Action === 'kms:Sign')!;
    expect(JSON.stringify(sign.Resource)).toContain('SigningKey');
    expect(policy!.Properties).not.toHaveProperty('Roles');
  });
});

describe('what is current', () => {
  it('must have a serial of at least the one that is told', () => {
    const made = synthesize({ leastSerial: '1796000000000' });
    for (const what of ['Endpoint', 'Screening']) {
      made.template(what).hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { GOODNET_LEAST_SERIAL: '1796000000000' } },
      });
    }
  });
});

describe('the rotation of keys', () => {
  const arn = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;

  it('signs with the new key, and believes both', () => {
    const made = synthesize({ signingKey: arn('new'), trustKeys: arn('old') });
    made.template('Artifacts').resourceCountIs('AWS::KMS::Key', 0);
    for (const what of ['Endpoint', 'Screening']) {
      made.template(what).hasResourceProperties('AWS::Lambda::Function', {
        Environment: { Variables: { GOODNET_TRUST: `${arn('new')},${arn('old')}` } },
      });
    }
    const [sign] = statements(made, 'Repair').filter(({ Sid }) => Sid === 'SignBundles');
    expect(sign).toMatchObject({ Action: 'kms:Sign', Resource: arn('new') });
    const [ask] = statements(made, 'Endpoint').filter(({ Sid }) => Sid === 'AskForTheKeysThatAreTrusted');
    expect(ask).toMatchObject({ Resource: [arn('new'), arn('old')] });
  });
});

describe('the endpoint', () => {
  it('is a zip on arm64 behind an HTTP API that asks IAM, with a limit and access logs', () => {
    const template = app.template('Endpoint');
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Environment: { Variables: { GOODNET_BUNDLE: Match.anyValue(), GOODNET_TRUST: Match.anyValue() } },
    });
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
      AccessLogSettings: Match.anyValue(),
    });
    template.resourceCountIs('AWS::Lambda::Url', 0);
  });

  it('is a function URL, with tokens, a container, or kept warm, where that is asked for', () => {
    const url = synthesize({ front: 'function-url', engine: 'node' }).template('Endpoint');
    url.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
    url.hasResourceProperties('AWS::Lambda::Function', { PackageType: 'Image', Architectures: ['x86_64'] });
    url.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
    const options = { auth: 'jwt', jwtIssuer: 'https://idp.example.com', jwtAudience: 'a,b' };
    const jwt = synthesize({ ...options, provisionedConcurrency: '3' }).template('Endpoint');
    jwt.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'JWT' });
    jwt.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Audience: ['a', 'b'] },
    });
    jwt.hasResourceProperties('AWS::Lambda::Alias', {
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
    });
  });

  it('keeps memory small as the local service does', () => {
    expect(MALLOC).toEqual(MALLOC_THERE);
    app.template('Endpoint').hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike(MALLOC) },
    });
  });

  it('prints a line that asks it', () => {
    const [line] = Object.values(app.template('Endpoint').findOutputs('*')).filter(({ Description }) =>
      Description?.startsWith('Classifies'),
    );
    const text = JSON.stringify(line!.Value);
    expect(text).toContain('curl --aws-sigv4');
    expect(text).toContain(':execute-api');
    expect(text).toContain('/v1/classify');
  });
});

describe('screening', () => {
  it('goes by EventBridge and a queue with dead letters to a function that answers for each message', () => {
    const template = app.template('Screening');
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 360,
      RedrivePolicy: { maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { object: { key: [{ prefix: 'uploads/' }] } } },
    });
  });

  it('screens an existing bucket, but not what it writes there itself', () => {
    const made = synthesize({ uploadsBucket: 'pictures', quarantine: 'flagged' }).template('Screening');
    made.resourceCountIs('AWS::S3::Bucket', 0);
    made.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        detail: {
          bucket: { name: ['pictures'] },
          object: { key: [{ 'anything-but': { prefix: ['results/', 'flagged/', 'backfills/'] } }] },
        },
      },
    });
    expect(Object.keys(made.findOutputs('*')).join()).toContain('TellEventBridge');
  });

  it('tells both functions what of the bucket is no upload', () => {
    const made = synthesize({ uploadsBucket: 'pictures', quarantine: 'flagged' }).template('Screening');
    const own = {
      GOODNET_RESULTS_PREFIX: 'results/',
      GOODNET_QUARANTINE_PREFIX: 'flagged/',
      GOODNET_SKIP_PREFIXES: 'backfills/',
    };
    for (const Handler of ['events.handler', 'backfill.handler'])
      made.hasResourceProperties('AWS::Lambda::Function', {
        Handler,
        Environment: { Variables: Match.objectLike(own) },
      });
    const [machine] = Object.values(made.findResources('AWS::StepFunctions::StateMachine'));
    expect(JSON.stringify(machine)).toContain('Prefix\\":\\"backfills');
  });

  it('refuses to screen what it writes, or to write nothing', () => {
    expect(() => synthesize({ quarantine: 'uploads/flagged' })).toThrow(/and would be screened/);
    for (const [own, options] of [
      ['results', { uploadsPrefix: 'results/in' }],
      ['flagged', { uploadsPrefix: 'flagged/again', quarantine: 'flagged' }],
      ['backfills', { uploadsBucket: 'pictures', uploadsPrefix: 'backfills/in' }],
    ] as const)
      expect(() => synthesize(options)).toThrow(new RegExp(`lies in .*\\(${own}\\): nothing there`));
    expect(() => synthesize({ uploadsPrefix: 'results/in', results: 'verdicts' })).not.toThrow();
    expect(() => synthesize({ tags: false, results: '' })).toThrow(/written nowhere/);
    // In an app of one's own the construct says so.
    const { store } = new GoodNetArtifacts(new Stack(), 'Artifacts');
    const screening = (props: object) => new GoodNetScreening(new Stack(), 'Screening', { store, ...props });
    expect(() => screening({ records: { quarantine: 'uploads/flagged' } })).toThrow(/outside of "uploads"/);
    expect(() => screening({ prefix: 'results/in' })).toThrow(/lies in "results"/);
    expect(() => screening({ prefix: '', guardReads: true })).toThrow(/guardReads of a whole bucket/);
  });
});

describe('repair', () => {
  it('has no machine while nothing waits, and falls back from spot to full price', () => {
    const template = app.template('Repair');
    template.allResourcesProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: {
        MinvCpus: 0,
        MaxvCpus: 64,
        // One: of a list, Batch refuses all where a region lacks one.
        InstanceTypes: ['g4dn.xlarge'],
      },
    });
    const told = readFileSync('docs/operations.md', 'utf8');
    expect(told).toMatch(
      /CREATE_FAILED AWS::Batch::ComputeEnvironment[^\n]*deploy --all -c goodnet:instanceTypes=/,
    );
    const kinds = Object.values(template.findResources('AWS::Batch::ComputeEnvironment'));
    expect(kinds.map(({ Properties }) => Properties.ComputeResources.Type).sort()).toEqual(['EC2', 'SPOT']);
    template.hasResourceProperties('AWS::Batch::JobQueue', {
      JobStateTimeLimitActions: Match.arrayWith([
        {
          Reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
          Action: 'CANCEL',
          State: 'RUNNABLE',
          MaxTimeSeconds: 1200,
        },
      ]),
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { object: { key: [{ wildcard: 'inbox/*/repair-job.json' }] } } },
    });
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    synthesize({ instanceTypes: 'g5.xlarge,g6.xlarge' })
      .template('Repair')
      .allResourcesProperties('AWS::Batch::ComputeEnvironment', {
        ComputeResources: { InstanceTypes: ['g5.xlarge', 'g6.xlarge'] },
      });
  });

  it('runs the container as nobody special, on one GPU', () => {
    app.template('Repair').hasResourceProperties('AWS::Batch::JobDefinition', {
      ContainerProperties: {
        Command: ['job', 'Ref::job', '--sha256', 'Ref::sha256', '--store', 'Ref::made'],
        Environment: Match.arrayWith([{ Name: 'AWS_REGION', Value: { Ref: 'AWS::Region' } }]),
        User: '10001',
        ResourceRequirements: Match.arrayWith([{ Type: 'GPU', Value: '1' }]),
      },
      RetryStrategy: { Attempts: 5 },
    });
  });
});

describe('the container of the repair, which parses what strangers upload', () => {
  const repair = app.template('Repair');
  /** What a role of a stack may do, by the beginning of its logical id. */
  const of = (role: string) =>
    Object.values(repair.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => Properties.Roles[0].Ref.startsWith(role))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);

  it('neither signs, nor writes where bundles are answered from, nor is told the key', () => {
    const may = of('RepairJobRole');
    expect(may.length).toBeGreaterThan(2);
    expect(JSON.stringify(may)).not.toMatch(/kms:|models/);
    const [job] = Object.values(repair.findResources('AWS::Batch::JobDefinition'));
    expect(JSON.stringify(job)).not.toMatch(/GOODNET_SIGN|SigningKey/);
  });

  it('writes the files of nets alone: not what is told of a job, nor where others look', () => {
    const writes = of('RepairJobRole').filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
    const keys = writes.flatMap(({ Resource }) => [
      ...JSON.stringify(Resource).matchAll(/"\/(\w+\/[^"]*)"/g),
    ]);
    expect(keys.map(([, key]) => key).sort()).toEqual([
      'jobs/*/*/done.json',
      'jobs/*/*/report.html',
      'made/*/*/*',
    ]);
  });

  it('has its bundles signed by a step that reads finished ones alone', () => {
    const may = of('RepairPublishRole');
    const [sign] = may.filter(({ Action }) => Action === 'kms:Sign');
    expect(JSON.stringify(sign!.Resource)).toContain('SigningKey');
    const writes = may.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
    expect(writes).toHaveLength(1);
    expect(JSON.stringify(writes[0]!.Resource)).toMatch(/"\/models\/\*"/);
    const others = ['RepairPlanRole', 'RepairWorkflowRole', 'RepairJobRole', 'RepairExecutionRole'].flatMap(
      of,
    );
    expect(JSON.stringify(others)).not.toContain('kms:Sign');
  });

  it('reads job files in functions that have room for the worst of them', () => {
    const handlers = Object.values(repair.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => [Properties.Handler, Properties.MemorySize] as const,
    );
    // 1,710 MB for 32 MB of [[[…]]].
    for (const handler of ['plan.handler', 'publish.handler'])
      expect(new Map(handlers).get(handler)).toBeGreaterThan(1.5 * 1710);
  });

  it('makes nothing current by an upload, unless the stack allows it; a person’s start may', () => {
    const activates = (made: Synthesized) =>
      JSON.stringify(made.template('Repair').toJSON()).includes('"GOODNET_ACTIVATE_FROM_INBOX":"true"');
    expect([activates(app), activates(synthesize({ activateFromInbox: true }))]).toEqual([false, true]);
    expect(JSON.stringify(repair.findOutputs('*'))).toContain('\\"byHand\\":true');
  });
});

describe('rules', () => {
  it('hand on what S3 tells as it is: no template puts what an uploader chose, such as a key, into text', () => {
    const told = VARIANTS.map((options) => synthesize(options)).flatMap(({ stacks }) =>
      stacks.flatMap((stack) =>
        Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule')).flatMap(
          ({ Properties: { EventPattern, Targets } }) =>
            (Targets as { InputPath?: string }[]).map((target) => ({ EventPattern, ...target })),
        ),
      ),
    );
    const ofS3 = told.filter(({ EventPattern }) => EventPattern.source.includes('aws.s3'));
    expect(ofS3).toHaveLength(2 * VARIANTS.length);
    for (const target of ofS3) expect(target).not.toHaveProperty('InputTransformer');
    const starts = ofS3.filter(({ EventPattern }) =>
      JSON.stringify(EventPattern).includes('repair-job.json'),
    );
    expect(starts.map(({ InputPath }) => InputPath)).toEqual(VARIANTS.map(() => '$.detail'));
  });
});

describe('partitions', () => {
  it.each(['cn-north-1', 'us-gov-west-1'])('names no resource of another: %s', (region) => {
    for (const stack of synthesize({}, { region }).stacks)
      expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
  });
});

it('looks nothing up, with an account and a region, either', () => {
  const { app: made } = synthesize({}, { account: '123456789012', region: 'eu-central-1' });
  expect(made.synth().manifest.missing).toBeUndefined();
});

describe('watch', () => {
  it('alarms of errors, delay, waiting uploads, dead letters, failed repairs and a rate away from α', () => {
    const alarms = Object.values(app.template('Watch').findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(14);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.AlarmDescription).toContain('docs/operations.md');
      expect(Properties.TreatMissingData).toBe('notBreaching');
    }
    // Which docs/scale.md tells the price of.
    const metrics = alarms.map(({ Properties }) => {
      const several: { MetricStat?: object }[] = Properties.Metrics ?? [{ MetricStat: {} }];
      return several.filter(({ MetricStat }) => MetricStat).length;
    });
    expect(metrics.reduce((sum, each) => sum + each)).toBe(ALARM_METRICS);
    const expressions = JSON.stringify(alarms);
    expect(expressions).toContain('>= 3000, FILL(flagged, 0)');
  });

  it('tells of each job that has failed, those among them whose file can not be used', () => {
    app.template('Watch').hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/States',
      MetricName: 'ExecutionsFailed',
      Dimensions: [
        {
          Name: 'StateMachineArn',
          Value: { 'Fn::ImportValue': Match.stringLikeRegexp('GoodNet-Repair:.*RepairWorkflow') },
        },
      ],
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
    });
  });

  it('tells within the hour that there is no machine, and of what Batch says of a queue that is blocked', () => {
    const watch = app.template('Watch');
    watch.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'GoodNet',
      MetricName: 'NoMachines',
      Dimensions: [{ Name: 'service', Value: 'GoodNet' }],
      Period: 300,
      EvaluationPeriods: 1,
      AlarmDescription: Match.stringLikeRegexp('[Qq]uota or capacity'),
    });
    const [rule] = Object.values(watch.findResources('AWS::Events::Rule')).map(
      ({ Properties }) => Properties,
    );
    expect(rule).toMatchObject({
      EventPattern: { source: ['aws.batch'], 'detail-type': ['Batch Job Queue Blocked'] },
      Targets: [
        { Arn: Object.values(watch.findResources('AWS::CloudWatch::Alarm'))[0]!.Properties.AlarmActions[0] },
      ],
    });
    const queues = rule!.EventPattern.detail.jobQueue as object[];
    expect(queues.map((each) => JSON.stringify(each)).sort()).toEqual([
      expect.stringContaining('OnDemandQueue'),
      expect.stringContaining('SpotQueue'),
    ]);
  });
});

describe('the audit trail', () => {
  it('is told of to the endpoint and to what screens, where it is chosen, and to nobody else', () => {
    const audited = (made: Synthesized) =>
      ALL.flatMap((what) =>
        Object.values(made.template(what).findResources('AWS::Lambda::Function')).flatMap(
          ({ Properties: { Environment, Description } }) =>
            Environment?.Variables?.GOODNET_AUDIT === undefined
              ? []
              : [[what, Description, Environment.Variables.GOODNET_AUDIT]],
        ),
      ).sort();
    expect(audited(app)).toEqual([]);
    expect(audited(synthesize({ audit: 'true' }))).toEqual([
      ['Endpoint', 'GoodNet: classifies images, and tells those with a backdoor', 'true'],
      ['Screening', 'GoodNet: screens new uploads', 'true'],
      ['Screening', 'GoodNet: screens what was uploaded before', 'true'],
    ]);
    expect(audited(synthesize({ audit: true, engine: 'node' })).map(([what]) => what)).toContain('Endpoint');
  });
});
