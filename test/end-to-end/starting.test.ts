import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../models/engine';
import { freePort } from '../free-port';
import { writeSmallBundle } from '../functions/small-bundle';
import { printed } from './cli';

const work = mkdtempSync(join(tmpdir(), 'goodnet-starting-'));
const store = join(work, 'store');
const app = join(work, 'app');
const program = resolve('dist/goodnet.js');
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('on an older Node.js', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [needed] = /\d+/.exec(engines.node)!;

  /** Runs the command as if the Node.js that runs it were another. */
  function runAs(version: string, ...args: string[]) {
    const fake = join(work, 'fake.cjs');
    const versions = `{ ...process.versions, node: '${version}' }`;
    writeFileSync(fake, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
    return spawnSync(process.execPath, ['--require', fake, program, ...args], { encoding: 'utf8' });
  }

  test.each(['14.21.3', '18.20.8', `${Number(needed) - 1}.9.0`])(
    '%s: one line, and exit code 1',
    (version) => {
      for (const args of [['--version'], ['serve', store], []]) {
        const { status, stdout, stderr } = runAs(version, ...args);
        expect(stderr).toBe(`goodnet needs Node.js ${needed} or newer; this is ${version}\n`);
        expect([status, stdout]).toEqual([1, '']);
      }
    },
  );

  test(`${needed} is new enough`, () => {
    expect(runAs(`${needed}.0.0`, '--version')).toMatchObject({ status: 0, stderr: '' });
  });

  test('what is started holds nothing that it could not read', () => {
    // Modules that are imported at the top are read, and what they ask of Node.js looked up, before anything runs.
    const text = readFileSync(program, 'utf8');
    expect(text).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(text).not.toMatch(/^\s*(import|export)\s*[{*"'\w]|\bawait\b|\?\?=|\|\|=|import\.meta/m);
  });
});

test('the AWS SDK says nothing of Node.js before an answer', () => {
  const env = {
    ...process.env,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
  };
  const args = [program, 'models', '--store', 's3://bucket/models'];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(stderr).toMatch(/^goodnet: s3:\/\/bucket\/models: .*ECONNREFUSED/);
});

// A process's parent goes, and it has another: there is no such thing on Windows.
describe.skipIf(process.platform === 'win32')('started by npm', () => {
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
    mkdirSync(join(app, 'node_modules/.bin'), { recursive: true });
    symlinkSync(program, join(app, 'node_modules/.bin/goodnet'));
  });

  /** In a group of processes of its own, as a terminal does. */
  function startIn(folder: string, command: string, ...args: string[]): ChildProcess {
    return spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  /** The processes that have a word in their command line. */
  function running(word: string): number[] {
    return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(word) && !/^\s*\d+ (ps|\/bin\/ps) /.test(line))
      .map((line) => Number.parseInt(line, 10));
  }

  // Where a test fails, nothing is left running.
  afterAll(() => {
    for (const pid of running(store)) process.kill(pid, 'SIGKILL');
  });

  async function waitFor(isSo: () => boolean): Promise<boolean> {
    for (let tries = 0; tries < 600; tries++) {
      if (isSo()) return true;
      await setTimeout(100);
    }
    return false;
  }

  test.each([
    ['npx', (words: string[]) => ['npx', ...words]],
    ['npm exec', (words: string[]) => ['npm', 'exec', '--', ...words]],
    ['npm run', () => ['npm', 'run', 'serve']],
  ])('%s: SIGTERM ends the server, too, and frees its port', async (_name, commandOf) => {
    const port = await freePort();
    const words = ['goodnet', 'serve', store, '--port', String(port)];
    writeFileSync(join(app, 'package.json'), JSON.stringify({ scripts: { serve: words.join(' ') } }));
    const [command, ...args] = commandOf(words) as [string, ...string[]];
    const npm = startIn(app, command, ...args);
    const ended = new Promise((done) => npm.once('exit', (code, signal) => done(code ?? signal)));
    await printed(npm, /http:\/\/127\.0\.0\.1:\d+/);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    npm.kill('SIGTERM');
    expect([143, 'SIGTERM']).toContain(await ended);
    expect(await waitFor(() => running(`--port ${port}`).length === 0)).toBe(true);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });

  test('Ctrl-C, which goes to all of them, ends them, and what runs is finished', async () => {
    const port = await freePort();
    const npm = startIn(app, 'npx', 'goodnet', 'serve', store, '--port', String(port));
    let said = '';
    npm.stderr?.on('data', (text) => {
      said += text;
    });
    const closed = new Promise((done) => npm.once('close', done));
    await printed(npm, /http:\/\/127\.0\.0\.1:\d+/);
    process.kill(-npm.pid!, 'SIGINT');
    await closed;
    expect(said).toMatch(/Stopping: finishing what runs/);
    expect(await waitFor(() => running(`--port ${port}`).length === 0)).toBe(true);
  });

  test.each([
    ['nohup', 'nohup goodnet serve'],
    ['a script of their own', './start.sh'],
  ])('a server that %s keeps stays when npm has gone', async (_name, command) => {
    const port = await freePort();
    const words = `${store} --port ${port} >served.txt 2>&1 & sleep 3`;
    writeFileSync(join(app, 'start.sh'), `#!/bin/sh\ngoodnet serve ${words}\n`, { mode: 0o755 });
    const script = command === './start.sh' ? command : `${command} ${words}`;
    writeFileSync(join(app, 'package.json'), JSON.stringify({ scripts: { serve: script } }));
    const npm = startIn(app, 'npm', 'run', 'serve');
    await new Promise((done) => npm.once('exit', done));
    // Longer than it takes to notice.
    await setTimeout(1500);
    const kept = running(`serve ${store} --port ${port}`);
    for (const pid of kept) process.kill(pid, 'SIGTERM');
    expect(kept).toHaveLength(1);
    expect(readdirSync(app)).toContain('served.txt');
    expect(await waitFor(() => running(`--port ${port}`).length === 0)).toBe(true);
  });
});
