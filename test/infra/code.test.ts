import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, AssetStaging, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionCode, HANDLERS } from '../../infra/lambda/code';
import { buildPrograms, root } from './synth';

const work = mkdtempSync(join(tmpdir(), 'goodnet-code-'));
const outdir = join(work, 'cdk.out');
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/sharp/package.json'), 'utf8'));

/** A cache that has sharp, or none. */
function cache(name: string, library?: string): string {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  if (library === undefined) return folder;
  const packages = join(folder, `sharp-${version}-linux-arm64/node_modules`);
  mkdirSync(join(packages, 'sharp'), { recursive: true });
  writeFileSync(join(packages, 'sharp/library.node'), library);
  writeFileSync(join(packages, '.package-lock.json'), name);
  return folder;
}

/** Two stacks with a function each, as a run of the app makes them in one and the same folder. */
function synthesize(cached: string) {
  vi.stubEnv('GOODNET_CACHE_DIR', cached);
  AssetStaging.clearAssetHashCache();
  const app = new App({ outdir });
  const stacks = ['One', 'Two'].map((name) => {
    const stack = new Stack(app, name);
    new LambdaFunction(stack, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: HANDLERS.endpoint,
      code: functionCode(stack, 'arm64'),
    });
    return stack;
  });
  app.synth();
  const [{ Properties }] = Object.values(
    Template.fromStack(stacks[0]!).findResources('AWS::Lambda::Function'),
  ) as [{ Properties: { Code: { S3Key: string } } }];
  const zip = Properties.Code.S3Key.replace('.zip', '');
  const library = join(outdir, `asset.${zip}`, 'node_modules/sharp/library.node');
  return { stacks, zip, library: existsSync(library) ? readFileSync(library, 'utf8') : undefined };
}

describe("the functions' zip", () => {
  beforeAll(() => {
    buildPrograms();
    // No registry can be reached.
    const bin = join(work, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(bin, 'npm'), 0o755);
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(work, { recursive: true, force: true });
  });

  it('is another one with sharp, without, and with another', () => {
    const without = synthesize(cache('none'));
    const first = synthesize(cache('first', 'one'));
    const second = synthesize(cache('second', 'two'));
    expect([without.library, first.library, second.library]).toEqual([undefined, 'one', 'two']);
    expect(new Set([without.zip, first.zip, second.zip]).size).toBe(3);
  });

  it('is the same on another machine', () => {
    expect(synthesize(cache('there', 'one')).zip).toBe(synthesize(cache('here', 'one')).zip);
  });

  it('can not be deployed without sharp, from any stack', () => {
    for (const stack of synthesize(cache('empty')).stacks) {
      Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('not for deploying'));
      const { Rules } = Template.fromStack(stack).toJSON();
      expect(Rules.ImageLibrary.Assertions).toMatchObject([
        { Assert: { 'Fn::Equals': ['ImageLibrary', 'missing'] } },
      ]);
    }
    const [whole] = synthesize(cache('whole', 'one')).stacks;
    expect(Template.fromStack(whole!).toJSON().Rules?.ImageLibrary).toBeUndefined();
  });
});
