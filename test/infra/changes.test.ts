import { describe, expect, it } from 'vitest';
import { type Synthesized, synthesize } from './synth';

const key = (id: string) => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;

/** What a stack's template exports, with the values as text, and what it imports. */
interface Shared {
  readonly exports: ReadonlyMap<string, string>;
  readonly imports: ReadonlySet<string>;
}

const short = (stackName: string) => stackName.replace(/^.*-/, '');

function sharedBy({ stacks, template }: Synthesized): Map<string, Shared> {
  return new Map(
    stacks.map(({ stackName }) => {
      const { Outputs = {}, ...rest } = template(short(stackName)).toJSON();
      const imports = new Set<string>();
      JSON.stringify([Outputs, rest], (name, value) => {
        if (name === 'Fn::ImportValue') imports.add(String(value));
        return value;
      });
      const outputs = Object.values(Outputs as Record<string, { Export?: { Name: string }; Value: unknown }>);
      const exports = outputs.flatMap(({ Export, Value }) =>
        Export ? [[Export.Name, JSON.stringify(Value)] as const] : [],
      );
      return [short(stackName), { exports: new Map(exports), imports }];
    }),
  );
}

/** An account as far as CloudFormation's rule goes: what another stack imports is neither taken away nor changed. */
class Account {
  readonly deployed = new Map<string, Shared>();

  deploy(stack: string, next: Shared): void {
    const exported = new Set(
      [...this.deployed].flatMap(([name, { exports }]) => (name === stack ? [] : [...exports.keys()])),
    );
    for (const name of next.imports)
      if (!exported.has(name)) throw new Error(`${stack}: no export named ${name}`);
    const before = this.deployed.get(stack);
    for (const [name, value] of before?.exports ?? [])
      if (next.exports.get(name) !== value) this.refuseWhereUsed(name, stack);
    this.deployed.set(stack, next);
  }

  destroy(stack: string): void {
    for (const name of this.deployed.get(stack)!.exports.keys()) this.refuseWhereUsed(name, stack);
    this.deployed.delete(stack);
  }

  private refuseWhereUsed(name: string, by: string): void {
    const user = [...this.deployed].find(([stack, { imports }]) => stack !== by && imports.has(name));
    if (user) throw new Error(`Cannot delete export ${name} as it is in use by ${user[0]}`);
  }
}

/** `cdk deploy --all`: in the order of their references. */
function deployAll(
  account: Account,
  all: Map<string, Shared>,
  only: readonly string[] = [...all.keys()],
): void {
  for (const stack of only) account.deploy(stack, all.get(stack)!);
}

/** The stacks as they are by default. */
const DEFAULT = sharedBy(synthesize());

function deployed(options: Record<string, unknown>): Account {
  const account = new Account();
  deployAll(account, Object.keys(options).length === 0 ? DEFAULT : sharedBy(synthesize(options)));
  return account;
}

describe('what stacks share', () => {
  it('is exported and imported, so that CloudFormation keeps it together', () => {
    const all = DEFAULT;
    for (const stack of ['Repair', 'Endpoint', 'Screening', 'Watch'])
      expect(all.get(stack)!.imports.size, stack).toBeGreaterThan(0);
    expect(JSON.stringify(synthesize().template('Screening').toJSON())).not.toContain('GetStackOutput');
    expect(() => deployed({}).destroy('Artifacts')).toThrow(/in use by/);
  });

  const inOne: [Record<string, unknown>, Record<string, unknown>][] = [
    [{}, { alarmEmails: 'ops@example.com', tags: false }],
    [{}, { uploadsBucket: 'pictures', quarantine: 'flagged' }],
    [{}, { repair: false }],
    [{}, { endpoint: false, screening: false }],
    [{ signingKey: key('one'), trustKeys: key('other') }, { signingKey: key('other') }],
    [{ signing: 'none' }, {}],
    [{ signingKey: key('one') }, {}],
  ];
  for (const [from, to] of inOne)
    it(`is changed in one step: ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
      expect(() => deployAll(deployed(from), sharedBy(synthesize(to)))).not.toThrow();
    });

  // docs/operations.md, "Changing what stacks share".
  const users = ['Repair', 'Endpoint', 'Screening'];
  for (const [to, first] of [
    [{ signingKey: key('new'), trustKeys: key('old') }, 'exclusively'],
    [{ signing: 'none' }, 'exclusively'],
    [{ front: 'function-url' }, ['Watch']],
    [{ engine: 'node' }, ['Watch']],
    [{ watch: false }, ['Watch']],
  ] as const)
    it(`is changed in two where one would take away what is used: ${JSON.stringify(to)}`, () => {
      const next = sharedBy(synthesize(to));
      expect(() => deployAll(deployed({}), next)).toThrow(/in use by/);
      const account = deployed({});
      if (first === 'exclusively') deployAll(account, next, users);
      else for (const stack of first) account.destroy(stack);
      expect(() => deployAll(account, next)).not.toThrow();
    });
});
