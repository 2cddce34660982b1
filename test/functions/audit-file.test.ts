import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditLine } from '../../functions/observe/audit';
import { auditFile } from '../../functions/observe/audit-file';
import { startEngine } from '../../models/engine';
import { goodnet, printed, start } from '../end-to-end/cli';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

const work = mkdtempSync(join(tmpdir(), 'goodnet-audit-'));
const path = join(work, 'audit.jsonl');
const moved = join(work, 'audit.jsonl.1');
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeEach(() => {
  for (const each of [path, moved]) rmSync(each, { recursive: true, force: true });
});

const line = (index: number): AuditLine => ({
  time: '2026-01-01T00:00:00.000Z',
  model: 'm',
  bundle: 'b',
  index,
});
const indices = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text).index);

describe('the file of the audit trail', () => {
  const said: string[] = [];
  const open = () => auditFile(path, (text) => said.push(text));
  beforeEach(() => {
    said.length = 0;
  });

  it('is its owner’s alone, and only ever grows', () => {
    const before = process.umask(0);
    try {
      const first = open();
      first.append([line(0), line(1)]);
      first.close();
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = open();
    second.append([line(2)]);
    second.close();
    expect(indices(path)).toEqual([0, 1, 2]);
    expect(readFileSync(path, 'utf8')).toMatch(/}\n$/);
  });

  it('begins a line anew where another was left unfinished', () => {
    writeFileSync(path, '{"time":"now","index":0}\n{"ti');
    const file = open();
    file.append([line(1)]);
    file.close();
    const [, torn, whole] = readFileSync(path, 'utf8').split('\n');
    expect([torn, JSON.parse(whole!).index]).toEqual(['{"ti', 1]);
  });

  it('is made anew where it was moved away, at the next line or when it is asked for', () => {
    const file = open();
    file.append([line(0)]);
    renameSync(path, moved);
    file.append([line(1)]);
    expect([indices(moved), indices(path)]).toEqual([[0], [1]]);
    renameSync(path, moved);
    file.reopen();
    expect(readFileSync(path, 'utf8')).toBe('');
    file.append([line(2)]);
    file.close();
    expect([indices(moved), indices(path), said]).toEqual([[1], [2], []]);
  });

  it('says once that it can’t be written, throws each time, and goes on where it can be', () => {
    const file = open();
    renameSync(path, moved);
    mkdirSync(path);
    for (let i = 0; i < 3; i++) expect(() => file.append([line(i)])).toThrow(/EISDIR/);
    file.reopen();
    expect(said).toEqual([expect.stringMatching(/can't be written to .*EISDIR.*answered 503/)]);
    rmdirSync(path);
    file.append([line(3)]);
    file.append([line(4)]);
    file.close();
    expect(indices(path)).toEqual([3, 4]);
    expect(said.slice(1)).toEqual([expect.stringMatching(/is written again/)]);
  });

  it('is none that can’t be opened, is no file, or is where output goes', async () => {
    const pipe = join(work, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const tokens = join(work, 'tokens.txt');
    writeFileSync(tokens, 'app:a-token-of-16-or-more\n');
    for (const [other, why] of [
      [work, /EISDIR/],
      [join(work, 'none', 'audit'), /ENOENT/],
      ['/dev/null', /it is no file/],
      [pipe, /it is no file/],
      [tokens, /it holds something else/],
    ] as const) {
      expect(() => auditFile(other, () => {})).toThrow(
        expect.objectContaining({ kind: 'usage', message: expect.stringMatching(why) }),
      );
    }
    expect(readFileSync(tokens, 'utf8')).toBe('app:a-token-of-16-or-more\n');
  });
});

describe('goodnet serve --audit', () => {
  const store = join(work, 'store');
  let png: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
    png = new Uint8Array(await plain(undefined, shape.width, shape.height).png().toBuffer());
  });
  const ask = (url: string) => fetch(`${url}/v1/classify`, { method: 'POST', body: png });

  it('notes each image before it is answered, also after the file was moved and it is told so', async () => {
    const server = start('serve', store, '--port', '0', '--audit', path);
    const url = await printed(server, /http:\/\/127\.0\.0\.1:\d+/);
    const response = await ask(url);
    const answer = (await response.json()) as object;
    const [noted] = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    const { pValue, backdoored, class: given, alpha, model, bundle } = answer as AuditLine;
    expect(noted).toEqual({
      time: expect.any(String),
      requestId: response.headers.get('x-request-id'),
      ...{ pValue, backdoored, class: given, alpha, model, bundle },
      index: 0,
      sha256: createHash('sha256').update(png).digest('hex'),
      digestOf: 'file',
    });
    renameSync(path, moved);
    server.kill('SIGHUP');
    await vi.waitFor(() => expect(statSync(path).size).toBe(0), { timeout: 60_000 });
    expect((await ask(url)).status).toBe(200);
    expect([indices(moved), indices(path)]).toEqual([[0], [0]]);
    server.kill('SIGTERM');
    const { code, out } = await server.ended;
    expect([code, out.includes('sha256')]).toEqual([0, false]);
  });

  it('answers nothing while the disk is full, and says so once', async () => {
    // As many bytes as a file may have stand for those of the disk: two lines fit, and a part of the third.
    const limited = spawn(
      'sh',
      ['-c', 'ulimit -f 2; exec "$0" "$@"', process.execPath, 'dist/goodnet.js'].concat(
        ...['serve', store, '--port', '0', '--audit', path],
      ),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let err = '';
    limited.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    const url = await printed(limited, /http:\/\/127\.0\.0\.1:\d+/);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { status } = await ask(url);
      statuses.push(status);
      const kept = readFileSync(path, 'utf8').split('\n').slice(0, -1).length;
      expect(kept).toBe(statuses.filter((each) => each === 200).length);
    }
    expect(statuses).toEqual([...statuses].sort());
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(err.match(/audit trail/g)).toHaveLength(1);
    renameSync(path, moved);
    expect((await ask(url)).status).toBe(200);
    expect(indices(path)).toEqual([0]);
    limited.kill('SIGTERM');
    await new Promise((resolve) => limited.on('close', resolve));
    expect(err).toMatch(/is written again/);
  });

  it('does not start where it can’t be written, or would be written into the output', async () => {
    const { code, out, err } = await goodnet(
      'serve',
      store,
      '--port',
      '0',
      '--audit',
      join(work, 'none', 'x'),
    );
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^goodnet: The audit trail can't be written to .*ENOENT.*\n {2}\S/);
    expect(err).not.toMatch(/^\s+at /m);
    const output = join(work, 'output');
    const args = ['dist/goodnet.js', 'serve', store, '--port', '0', '--audit', output];
    const child = spawn(process.execPath, args, { stdio: ['ignore', openSync(output, 'a'), 'pipe'] });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
    expect(said).toMatch(/it is where the output of this program goes/);
  });
});
