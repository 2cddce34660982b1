import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll } from 'vitest';
import cdk from '../../cdk.json';
import { readConfig } from '../../infra/config';
import { goodNetStacks } from '../../infra/stacks';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Builds the functions' programs where they are not there. */
export function buildPrograms(): void {
  if (['lambda/index.mjs', 'lambda-jobs/plan.mjs'].every((file) => existsSync(join(root, 'dist', file))))
    return;
  execFileSync(process.execPath, [join(root, 'scripts/build-lambda.mjs')]);
}

/** An app like that of `npx cdk`, without copying the functions' programs about. */
export function newApp(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'goodnet-cdk-'));
  made.push(outdir);
  return new App({
    outdir,
    context: { ...cdk.context, 'aws:cdk:bundling-stacks': [], ...context },
  });
}

export interface Synthesized {
  readonly app: App;
  readonly stacks: readonly Stack[];
  /** A stack's template, by what its name ends in. */
  template(what: string): Template;
  /** Findings of cdk-nag that nobody has explained: `rule at path`. */
  findings(): string[];
}

/** GoodNet's stacks with options as `-c goodnet:NAME=VALUE` gives them. */
export function synthesize(
  options: Record<string, unknown> = {},
  env?: { region: string; account?: string },
): Synthesized {
  buildPrograms();
  const context = Object.entries(options).map(([name, value]) => [`goodnet:${name}`, value]);
  const app = newApp(Object.fromEntries(context));
  const stacks = goodNetStacks(app, readConfig(app.node), env);
  app.synth();
  return {
    app,
    stacks,
    template: (what) => Template.fromStack(stacks.find(({ stackName }) => stackName.endsWith(`-${what}`))!),
    findings: () => findings(app),
  };
}

/** The same as `npx cdk` makes them, with all that is bundled, on a machine whose Docker doesn't run. */
export function synthesizeWithoutDocker(
  options: Record<string, unknown> = {},
): Pick<Synthesized, 'app' | 'stacks'> {
  buildPrograms();
  const before = process.env.CDK_DOCKER;
  process.env.CDK_DOCKER = 'false';
  try {
    const context = Object.entries(options).map(([name, value]) => [`goodnet:${name}`, value]);
    const app = newApp({ 'aws:cdk:bundling-stacks': ['*'], ...Object.fromEntries(context) });
    const stacks = goodNetStacks(app, readConfig(app.node));
    app.synth();
    return { app, stacks };
  } finally {
    if (before === undefined) delete process.env.CDK_DOCKER;
    else process.env.CDK_DOCKER = before;
  }
}

/** What cdk-nag finds in an app that nobody has explained: `rule at path`. */
export function findings(app: App): string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
}

/** Options that the stacks are held to rules with: the defaults, and what is chosen otherwise. */
export const VARIANTS = [
  {},
  {
    front: 'function-url',
    signing: 'none',
    engine: 'node',
    uploadsBucket: 'pictures',
    quarantine: 'flagged',
  },
  {
    auth: 'jwt',
    jwtIssuer: 'https://idp.example.com',
    jwtAudience: 'goodnet',
    origins: 'https://app.example.com',
    guardReads: true,
  },
  { retain: false, events: true, alarmEmails: 'ops@example.com', provisionedConcurrency: 2 },
] as const;
