import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pythonTools } from '../python-tools';
import { synthesize, synthesizeWithoutDocker, VARIANTS } from './synth';

const tools = pythonTools();

/** What cfn-lint finds and what is right nevertheless, with the reason. */
const EXPLAINED: Readonly<Record<string, string>> = {
  W3005: 'CDK has a function depend on its role and on the role’s policy: the policy is what is waited for.',
  W6001: 'Lines to copy, such as StartByUpload, name the bucket, which another stack has made.',
};

/** Regions that templates are held against. */
const REGIONS = ['us-east-1', 'eu-central-1', 'eu-west-1', 'ap-southeast-1'];

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Filename: string;
  readonly Location: { readonly Path: readonly unknown[] | null };
}

async function findings(folder: string, names: readonly string[]): Promise<string[]> {
  const files = names.map((name) => join(folder, `${name}.template.json`));
  const lint = [...files, '--format', 'json', '--regions', ...REGIONS];
  // It exits with what it has found, in bits.
  const { stdout } = await promisify(execFile)(join(tools!, 'bin/cfn-lint'), lint, {
    maxBuffer: 2 ** 26,
  }).catch((error) => error as { stdout: string });
  const found: Finding[] = JSON.parse(stdout || '[]');
  return found
    .filter(({ Rule }) => !Object.hasOwn(EXPLAINED, Rule.Id))
    .map(
      ({ Rule, Message, Filename, Location }) =>
        `${Rule.Id} ${Filename.replace(/^.*\//, '')} ${Location.Path?.join('/')}: ${Message}`,
    );
}

describe.skipIf(!tools)('cfn-lint', () => {
  it.each([
    ...VARIANTS,
    {
      vpc: 'vpc-0123abcd',
      subnets: 'subnet-0123abcd,subnet-4567abcd',
      repairImage: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/goodnet:1',
      encryptionKey: 'arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab',
      signingKey: 'arn:aws:kms:eu-central-1:123456789012:key/4567abcd-0123-0123-0123-0123456789ab',
    },
  ])('finds nothing that is not explained: %j', async (options) => {
    const { app, stacks } = synthesize(options);
    expect(
      await findings(
        app.outdir,
        stacks.map(({ stackName }) => stackName),
      ),
    ).toEqual([]);
  });

  it.each([{}, { engine: 'node' }])(
    'finds nothing in what is made where Docker does not run, either: %j',
    async (options) => {
      const { app, stacks } = synthesizeWithoutDocker(options);
      const names = stacks.map(({ stackName }) => stackName);
      expect(await findings(app.outdir, names)).toEqual([]);
      expect(readFileSync(join(app.outdir, 'GoodNet-Artifacts.template.json'), 'utf8')).toContain(
        '"missing"',
      );
    },
  );

  it('would find a property that is wrong', async () => {
    const { app } = synthesize();
    const path = join(app.outdir, 'GoodNet-Screening.template.json');
    const template = JSON.parse(readFileSync(path, 'utf8'));
    const queues = Object.values(template.Resources as Record<string, { Type: string; Properties: object }>);
    Object.assign(queues.find(({ Type }) => Type === 'AWS::SQS::Queue')!.Properties, {
      VisibilityTimeout: 50_000,
    });
    writeFileSync(path, JSON.stringify(template));
    expect((await findings(app.outdir, ['GoodNet-Screening'])).join()).toMatch(/50000/);
  });
});
