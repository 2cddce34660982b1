import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startEngine } from '../../models/engine';
import { printed } from '../end-to-end/cli';
import { hasS3Server, startS3Server } from '../s3-server';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

// What functions/serve.Dockerfile makes an image of, laid out here and run as compose.yaml has it run.
const root = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = readFileSync(join(root, 'functions/serve.Dockerfile'), 'utf8');
const compose = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true });
const work = mkdtempSync(join(tmpdir(), 'goodnet-image-'));
const image = join(work, 'opt/goodnet');
const store = join(work, 'store');
const TOKEN = 'the-token-of-a-caller';

interface Service {
  readonly command: string[];
  readonly environment: Record<string, string>;
}

/** An instruction of the last stage, as a list. */
function instruction(name: string): string[] {
  const [, list] = new RegExp(`^${name} .*?(\\[.*\\])$`, 'm').exec(dockerfile)!;
  return JSON.parse(list!);
}

/** A path of the container on this machine. */
const here = (argument: string) => argument.replace(/^\/(opt|store)/, `${work}/$1`);

/** What the image sets. */
const [, set] = /^ENV (.*)$/m.exec(dockerfile)!;
const ENV = Object.fromEntries(set!.split(' ').map((each) => each.split('=')));

/** As the container has it: its user, no other environment, nothing that it may write to. */
const container = (env: Record<string, string> = {}) => ({
  cwd: '/',
  env: { PATH: process.env.PATH, ...ENV, ...env },
  ...(process.getuid?.() === 0 ? { uid: 10001, gid: 10001 } : {}),
});

function startContainer(command: readonly string[], env: Record<string, string>) {
  const [program, ...args] = [...instruction('ENTRYPOINT'), ...command].map(here);
  const child = spawn(program!, [...args, '--port', '0'], container(env));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended };
}

/** A service of compose.yaml: what it is started with, its variables filled in. */
function service(name: string, given: Record<string, string>): Service {
  const { command, environment } = compose.services[name] as Service;
  const filled = Object.entries(environment).map(([key, value]) => [
    key,
    value.replace(/\$\{(\w+)[^}]*\}/, (_, variable) => given[variable] ?? ''),
  ]);
  return { command, environment: Object.fromEntries(filled) };
}

const files = () =>
  readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(work, name)).isFile(),
  );

async function classify(url: string, type: 'png' | 'jpeg' | 'webp', token = TOKEN): Promise<Response> {
  const pixels = plain(undefined, shape.width, shape.height);
  const body = new Uint8Array(await pixels.toFormat(type).toBuffer());
  const headers = { authorization: `Bearer ${token}` };
  return await fetch(`${url}/v1/classify`, { method: 'POST', body, headers });
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/container/service.mjs'), image]);
  chmodSync(work, 0o755);
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the image of goodnet serve', () => {
  it('holds what is needed at run time and the notices, and is small', () => {
    const held = files().filter((name) => name.startsWith('opt/'));
    expect(held.filter((name) => /\.(map|ts)$/.test(name) && !name.includes('node_modules/'))).toEqual([]);
    expect(readdirSync(join(image, 'node_modules')).sort()).toEqual([
      '@img',
      'detect-libc',
      'semver',
      'sharp',
    ]);
    const bytes = held.reduce((sum, name) => sum + statSync(join(work, name)).size, 0);
    // The measured 35 MB and room to grow.
    expect(bytes / 1e6).toBeLessThan(50);
    const notices = readFileSync(join(image, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const part of ['h5wasm', 'hono', 'linkedom', 'sharp-libvips']) expect(notices).toContain(part);
    expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect(notices).toContain('HDF5 (Hierarchical Data Format 5) Software Library and Utilities');
  });

  it('answers from a store that it can only read, tells whether it is healthy, and stops at SIGTERM', async () => {
    const before = files();
    const { command, environment } = service('goodnet', { GOODNET_TOKENS: `caller:${TOKEN}` });
    expect(command).toEqual(instruction('CMD'));
    const { child, ended } = startContainer(command, environment);
    const url = (await printed(child, /http:\/\/0\.0\.0\.0:\d+/)).replace('0.0.0.0', '127.0.0.1');
    for (const type of ['png', 'jpeg', 'webp'] as const) {
      const answer = await classify(url, type);
      expect([type, answer.status]).toEqual([type, 200]);
      expect(await answer.json()).toMatchObject({ model: 'chain', backdoored: false });
    }
    expect((await classify(url, 'png', 'another-token-altogether')).status).toBe(401);
    for (const path of ['/', '/page/page.js', '/docs'])
      expect((await fetch(`${url}${path}`)).status).toBe(200);
    const [program, ...args] = instruction('HEALTHCHECK').map(here);
    const isHealthy = () => spawnSync(program!, [...args, new URL(url).port], container());
    expect(isHealthy().status).toBe(0);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const gone = isHealthy();
    expect([gone.status, String(gone.stderr)]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
    expect(files()).toEqual(before);
  });

  it('refuses to start without tokens', async () => {
    const { child, ended } = startContainer(instruction('CMD'), {});
    await printed(child, /no token is asked for/);
    expect(await ended).toBe(2);
  });

  it.skipIf(!hasS3Server)('publishes into the S3 server beside it, and serves from there', async () => {
    const given = { GOODNET_TOKENS: `caller:${TOKEN}`, GOODNET_S3_SECRET: 'goodnet-secret' };
    const { command, environment } = service('goodnet-s3', given);
    const s3 = await startS3Server();
    const env = { ...environment, AWS_ENDPOINT_URL_S3: s3.endpoint };
    expect(env).toMatchObject(s3.env);
    const [, published] = /goodnet-s3 (publish .*)$/m.exec(readFileSync(join(root, 'compose.yaml'), 'utf8'))!;
    const [program, ...args] = [...instruction('ENTRYPOINT'), ...published!.split(' ')].map(here);
    const run = spawnSync(program!, args, { ...container(env), encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, expect.not.stringContaining('goodnet:')]);
    const { child, ended } = startContainer(command, env);
    const url = (await printed(child, /http:\/\/0\.0\.0\.0:\d+/)).replace('0.0.0.0', '127.0.0.1');
    expect((await classify(url, 'png')).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await s3.close();
  });
});

it('compose.yaml: runs nothing with rights to write, and pins what it runs', () => {
  for (const name of ['goodnet', 'goodnet-s3']) {
    expect(compose.services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      ports: ['127.0.0.1:8080:8080'],
    });
  }
  // The server that the tests of stores run against.
  expect(compose.services.s3.image).toBe('versity/versitygw:v1.8.0');
  expect(readFileSync(join(root, 'scripts/versitygw.mjs'), 'utf8')).toContain("VERSION = '1.8.0'");
  expect(dockerfile.match(/^FROM (?!node\b(?!:)).*$/gm)).toEqual([
    expect.stringMatching(/^FROM node:\d+\.\d+\.\d+-bookworm-slim AS node$/),
  ]);
  expect(dockerfile).toMatch(/^USER 10001$/m);
});
