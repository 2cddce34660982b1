import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './synth';

/** Somebody else's app, as the README shows it. */
const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { GoodNetArtifacts, GoodNetEndpoint, GoodNetRepair } from 'goodnet/infra';

const app = new App();
const stack = new Stack(app, 'Mine');
const artifacts = new GoodNetArtifacts(stack, 'Artifacts');
new GoodNetEndpoint(stack, 'Endpoint', { store: artifacts.store });
new GoodNetRepair(stack, 'Repair', { artifacts });
app.synth();
`;

interface Asset {
  readonly source: { readonly path: string; readonly directory?: string; readonly dockerFile?: string };
}

// npm test builds what is packed.
describe('goodnet/infra, from the package as it is published', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-package-'));
  const installed = join(folder, 'node_modules/goodnet');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(() => {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
    // What npm would fetch: the app's own packages, and what GoodNet needs of its own here.
    for (const name of ['aws-cdk-lib', 'constructs', 'sharp', 'zod'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  });

  it('makes templates, with the programs and Dockerfiles inside the package', () => {
    writeFileSync(join(folder, 'app.mjs'), APP);
    const { status, stderr } = spawnSync(process.execPath, ['app.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      // Docker is asked only whether it is there.
      env: { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out'), CDK_DOCKER: 'true' },
    });
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    const out = join(folder, 'cdk.out');
    const { Resources } = JSON.parse(readFileSync(join(out, 'Mine.template.json'), 'utf8'));
    const types = Object.values(Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
    expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'AWS::Batch::JobDefinition']));
    const { files, dockerImages } = JSON.parse(readFileSync(join(out, 'Mine.assets.json'), 'utf8'));
    const folders = Object.values(files as Record<string, Asset>).map(({ source }) => join(out, source.path));
    const [programs] = folders.filter((path) => existsSync(join(path, 'index.mjs')));
    const names = ['events.mjs', 'backfill.mjs', 'index.mjs.map', 'tfjs-backend-wasm-simd.wasm'];
    expect(readdirSync(programs!)).toEqual(expect.arrayContaining(names));
    const [image] = Object.values(dockerImages as Record<string, Asset>);
    const { directory, dockerFile } = image!.source;
    const copied = copies(readFileSync(join(out, directory!, dockerFile!), 'utf8'));
    expect(copied.length).toBeGreaterThan(4);
    for (const path of copied) expect(existsSync(join(out, directory!, path)), path).toBe(true);
  });

  it('has declarations that Node’s own resolution finds', () => {
    const wrong = `
new GoodNetClient('http://127.0.0.1').classify(new Uint8Array()).then(({ backdoored, pValue }) => {
  const right: [boolean, number] = [backdoored, pValue];
  // @ts-expect-error
  const wrong: [string, string] = right;
  return wrong;
});
// @ts-expect-error
new GoodNetRepair(stack, 'Misspelt', { artefacts: artifacts });
`;
    writeFileSync(join(folder, 'app.ts'), `import { GoodNetClient } from 'goodnet/client';${APP}${wrong}`);
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'app.ts'];
    const { stdout } = spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

/** What a Dockerfile copies from its context. */
function copies(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^COPY (?!--from)(.*)$/gm)].flatMap(([, paths]) =>
    paths!.split(' ').slice(0, -1),
  );
}
