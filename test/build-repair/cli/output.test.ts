import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeText } from '../../../build-repair/cli/output';
import { destinationOf } from '../../../build-repair/export/destination';
import { checkOutput } from '../../../build-repair/writable';
import { UsageError } from '../../../models/errors';
import { commandLine } from './in-process';

let folder: string;
const at = (name: string) => join(folder, name);
const goodnet = commandLine();

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'goodnet-output-')));
  writeFileSync(at('net.h5'), 'a net');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what a command reads is not written over, whatever it is called', async () => {
  linkSync(at('net.h5'), at('hard.sarif'));
  symlinkSync('net.h5', at('soft.sarif'));
  for (const name of ['net.h5', 'hard.sarif', 'soft.sarif'])
    await expect(checkOutput(at(name), [at('clean.h5'), at('net.h5')])).rejects.toThrow(UsageError);
  await checkOutput(at('new.sarif'), [at('net.h5')]);
});

test('nor is an image or the labels of a folder that is read; earlier results in it are', async () => {
  mkdirSync(at('clean/0'), { recursive: true });
  for (const name of ['clean/0/a.png', 'clean/labels.csv', 'clean/rows.csv']) writeFileSync(at(name), '');
  for (const name of ['clean/0/a.png', 'clean/labels.csv'])
    await expect(checkOutput(at(name), [at('clean')])).rejects.toThrow(/is read from it/);
  for (const name of ['clean/rows.csv', 'clean/new.html', 'net.h5'])
    await checkOutput(at(name), [at('clean')]);
});

test.each([
  ['scan', ['scan', 'NET', '--sarif', 'NET']],
  ['scan, of the clean images', ['scan', 'other.h5', '--clean', 'NET', '--sarif', 'NET']],
  ['repair', ['repair', 'other.h5', '--clean', 'NET', '--out', 'store', '--report', 'NET']],
  ['evaluate', ['evaluate', 'store', '--clean', 'NET', '--json', 'NET', '--no-report']],
  ['evaluate, its report', ['evaluate', 'store', '--clean', 'a.h5', '--poisoned', 'NET', '--report', 'NET']],
  ['screen', ['screen', 'store', 'NET', '--out', 'NET', '--format', 'csv']],
])('%s refuses to write its output over the net', async (_what, args) => {
  const { code, err } = await goodnet(...args.map((each) => (each === 'NET' ? at('net.h5') : each)));
  expect(err).toContain('would be written over');
  expect(code).toBe(2);
  expect(readFileSync(at('net.h5'), 'utf8')).toBe('a net');
});

test('a link is written through to its file, there or not yet, and stays', async () => {
  mkdirSync(at('far'));
  for (const name of ['net.h5', 'far/new.html']) {
    symlinkSync(name, at('link'));
    await checkOutput(at('link'));
    await writeText(at('link'), 'text');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at(name), 'utf8')).toBe('text');
    rmSync(at('link'));
  }
  expect(readdirSync(at('far'))).toEqual(['new.html']);
  symlinkSync('round', at('round'));
  await expect(checkOutput(at('round'))).rejects.toThrow(/round can't be written/);
});

test('a named pipe is written to, and stays one', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  await checkOutput(at('pipe'));
  const text = 'ä'.repeat(100_000);
  const [read] = await Promise.all([readFile(at('pipe'), 'utf8'), writeText(at('pipe'), text)]);
  expect(read).toBe(text);
  expect(statSync(at('pipe')).isFIFO()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['net.h5', 'pipe']);
});

test('an export follows a link, and takes no pipe', async () => {
  symlinkSync('net.h5', at('link.h5'));
  expect(await destinationOf(at('link.h5'), true)).toEqual({ kind: 'keras', path: at('net.h5') });
  execFileSync('mkfifo', [at('pipe.h5')]);
  await expect(destinationOf(at('pipe.h5'), true)).rejects.toThrow(/it is no file/);
});
