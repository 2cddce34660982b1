import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { synthesize, synthesizeWithoutDocker } from './synth';

/** A stack as `npx cdk deploy` makes it where Docker doesn't run, by what its name ends in. */
function withoutDocker(options: Record<string, string>) {
  const { stacks } = synthesizeWithoutDocker(options);
  return (what: string) => stacks.find(({ stackName }) => stackName.endsWith(what))!;
}

it('is said before anything is deployed, and the first stack is refused', () => {
  const stack = withoutDocker({});
  Annotations.fromStack(stack('Repair')).hasWarning(
    '*',
    Match.stringLikeRegexp('Docker does not answer here.*goodnet:repair=false.*goodnet:repairImage'),
  );
  for (const what of ['Artifacts', 'Repair'])
    expect(Template.fromStack(stack(what)).toJSON().Rules.Docker.Assertions).toMatchObject([
      {
        Assert: { 'Fn::Equals': ['Docker', 'missing'] },
        AssertDescription: expect.stringContaining('goodnet:repairImage'),
      },
    ]);
  expect(Template.fromStack(stack('Endpoint')).toJSON().Rules?.Docker).toBeUndefined();
});

it('Docker is not needed with an image of a registry', () => {
  const stack = withoutDocker({ repairImage: 'example.org/goodnet:1' });
  for (const what of ['Artifacts', 'Repair'])
    expect(Template.fromStack(stack(what)).toJSON().Rules?.Docker).toBeUndefined();
});

it.each([
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/goodnet:1.2',
  `123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/goodnet@sha256:${'a'.repeat(64)}`,
  '123456789012.dkr.ecr-fips.eu-central-1.amazonaws.com/team/goodnet:1.2',
  '123456789012.dkr-ecr.eu-central-1.on.aws/team/goodnet:1.2',
  '123456789012.dkr-ecr-fips.eu-central-1.on.aws/team/goodnet:1.2',
  '123456789012.dkr.ecr.eu-central-1.amazonaws.com.cn/team/goodnet',
])(
  'an image in ECR may be pulled by who starts the container, from the host that was given: %s',
  (repairImage) => {
    const repair = synthesize({ repairImage }).template('Repair');
    const [job] = Object.values(repair.findResources('AWS::Batch::JobDefinition'));
    const { Image, ExecutionRoleArn } = job!.Properties.ContainerProperties;
    expect(Image).toBe(repairImage);
    const role = ExecutionRoleArn['Fn::GetAtt'][0] as string;
    const policies = Object.values(repair.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
    );
    const allowed = JSON.stringify(policies);
    for (const action of ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'])
      expect(allowed).toContain(action);
    expect(allowed).toContain('ecr:eu-central-1:123456789012:repository/team/goodnet');
  },
);
