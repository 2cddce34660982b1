import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../models/engine';
import { printed, start } from '../end-to-end/cli';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = join(root, 'functions/client');
const [, SNIPPET] = /```ts\n(.*?)```/s.exec(readFileSync(join(home, 'README.md'), 'utf8'))!;
const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
const NODE = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];

/** An app without Node.js's types and without lib "DOM". */
const ANYWHERE = `
import { GoodNetClient, ServiceProblem, type Answers } from 'goodnet-client';
const goodnet = new GoodNetClient('http://127.0.0.1:8080', { token: undefined });
export const answered: Promise<Answers> = goodnet.classifyMany([{ bytes: new Uint8Array(3) }], { alpha: 0.05 });
export async function flags(): Promise<boolean[]> {
  return (await answered).results.map((each) => ('error' in each ? false : each.backdoored));
}
export const reason = (problem: ServiceProblem): string | undefined => problem.details.detail;
// @ts-expect-error
goodnet.classify('picture.png');
// @ts-expect-error
goodnet.models().then((names) => names.get(0));
`;

describe('goodnet-client, packed and installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-client-'));
  const store = join(folder, 'store');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const pack = ['pack', './functions/client', '--silent', '--pack-destination', folder];
    const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim().split('\n').at(-1)!;
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
    const install = ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)];
    execFileSync('npm', install, { cwd: folder, stdio: 'ignore' });
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
  });

  const check = (file: string, options: string[]) =>
    spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...STRICT, ...options, file],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    ).stdout;

  it('brings no other package along, and nothing of development', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['goodnet-client']);
    const files = readdirSync(join(folder, 'node_modules/goodnet-client')).sort();
    expect(files).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const { version, dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    expect(version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  });

  it.each([
    ['nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('has types that a strict project takes: %s', (_, module) => {
    writeFileSync(join(folder, 'readme.ts'), SNIPPET!);
    writeFileSync(join(folder, 'anywhere.ts'), ANYWHERE);
    const es2022 = ['--target', 'es2022', '--lib', 'es2022', ...module];
    expect(check('readme.ts', [...es2022, ...NODE])).toBe('');
    expect(check('anywhere.ts', es2022)).toBe('');
    expect(check('anywhere.ts', ['--target', 'es2022', '--lib', 'es2022,dom', ...module])).toBe('');
  });

  it('answers as its README has it', async () => {
    writeFileSync(
      join(folder, 'picture.png'),
      await plain(undefined, shape.width, shape.height).png().toBuffer(),
    );
    const token = 'the-token-of-an-app';
    const tokens = join(folder, 'tokens');
    writeFileSync(tokens, `app:${token}\n`);
    const server = start('serve', store, '--port', '0', '--tokens', tokens);
    const url = await printed(server, /http:\/\/127\.0\.0\.1:\d+/);
    // Plain JavaScript as it stands, but for the address.
    writeFileSync(join(folder, 'readme.mjs'), SNIPPET!.replace('http://127.0.0.1:8080', url));
    const ask = (env: object) =>
      spawnSync(process.execPath, ['readme.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
    expect(ask({ GOODNET_TOKEN: token }).stdout).toMatch(/^class \d\n$/);
    expect(ask({ GOODNET_TOKEN: undefined }).stderr).toMatch(/ServiceProblem/);
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});
