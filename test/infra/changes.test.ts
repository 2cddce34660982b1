import { describe, expect, it } from 'vitest';
import { type Synthesized, synthesize } from './synth';

const key = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;

interface Output {
  readonly Value: unknown;
  readonly Export?: { readonly Name: string };
}

/** Everything of a kind that the stacks' templates ask for, by the stack that asks. */
function asked({ stacks, template }: Synthesized, kind: string): { by: string; for: unknown }[] {
  return stacks.flatMap(({ stackName }) => {
    const found: unknown[] = [];
    JSON.stringify(template(short(stackName)).toJSON(), (name, value) => {
      if (name === kind) found.push(value);
      return value;
    });
    return found.map((each) => ({ by: stackName, for: each }));
  });
}

function outputs({ template }: Synthesized, stackName: string): Record<string, Output> {
  return template(short(stackName)).toJSON().Outputs ?? {};
}

const short = (stackName: string) => stackName.replace(/^.*-/, '');

/** What stacks export, with the value. */
function exported(made: Synthesized): Map<string, unknown> {
  const all = made.stacks.flatMap(({ stackName }) => Object.values(outputs(made, stackName)));
  return new Map(all.flatMap(({ Export, Value }) => (Export ? [[Export.Name, Value] as const] : [])));
}

/** Outputs of other stacks that a template reads. */
function read(made: Synthesized): { by: string; stack: string; output: string }[] {
  return asked(made, 'Fn::GetStackOutput').map(({ by, for: it }) => {
    const { StackName, OutputName } = it as { StackName: string; OutputName: string };
    return { by, stack: StackName, output: OutputName };
  });
}

describe('a change of options', { timeout: 240_000 }, () => {
  const quarantined = { quarantine: 'flagged' };
  for (const [from, to] of [
    [{}, { signingKey: key('new'), trustKeys: key('old') }],
    [{}, { signingKey: key('new') }],
    [{ signingKey: key('new') }, {}],
    [{}, { signing: 'none' }],
    [{}, { front: 'function-url' }],
    [{ front: 'function-url' }, {}],
    [{}, { engine: 'node' }],
    [{}, { uploadsBucket: 'pictures', ...quarantined }],
    [{}, { watch: false }],
    [{}, { repair: false }],
    [{}, { endpoint: false, screening: false }],
    [{}, { alarmEmails: 'ops@example.com', events: true, tags: false }],
  ])
    it(`takes nothing from a stack that is deployed: ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
      const before = synthesize(from);
      const after = synthesize(to);
      const [then, now] = [exported(before), exported(after)];
      for (const { for: name } of asked(before, 'Fn::ImportValue'))
        expect(now.get(String(name)), `export ${name}`).toEqual(then.get(String(name)));
      const reads = read(after);
      expect(reads.length).toBeGreaterThan(0);
      for (const { stack, output } of reads)
        expect(outputs(after, stack), `${stack}.${output}`).toHaveProperty(output);
    });

  it('shows in the template of a stack that watches, where the function is replaced', () => {
    const watched = (options: Record<string, unknown>) =>
      read(synthesize(options)).filter(({ by, stack }) => by.endsWith('Watch') && stack.endsWith('Endpoint'));
    expect(watched({}).length).toBeGreaterThan(0);
    expect(watched({ front: 'function-url' })).not.toEqual(
      watched({ front: 'function-url', engine: 'node' }),
    );
  });

  it('finds exports of stacks that were deployed before', () => {
    // What a template of GoodNet 0.1.0 imports.
    expect([...exported(synthesize()).keys()].join()).toMatch(
      /Artifacts:ExportsOutputFnGetAttArtifactsSigningKey/,
    );
  });
});
