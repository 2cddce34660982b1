import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { describe as inWords, ProgressLines } from '../../../build-repair/cli/progress-lines';
import { run } from '../../../build-repair/cli/run';
import { version } from '../../../models/version';

let errors: MockInstance<typeof console.error>;

beforeEach(() => {
  errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('the version is that of package.json', () => {
  expect(version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});

describe('exit codes', () => {
  test.each([
    ['help', ['--help'], 0],
    ['help of a command', ['repair', '--help'], 0],
    ['the version', ['--version'], 0],
    ['no command', [], 0],
    ['no such command', ['mend'], 2],
    ['no such flag', ['inspect', 'net.h5', '--colour'], 2],
    ['a required flag is missing', ['repair', 'net.h5', '--out', 'x'], 2],
    ['α is no share', ['repair', 'net.h5', '--clean', 'a', '--out', 'x', '--alpha', '7'], 2],
    ['no such method', ['repair', 'net.h5', '--clean', 'a', '--out', 'x', '--method', 'magic'], 2],
    ['no such scaling', ['repair', 'net.h5', '--clean', 'a', '--out', 'x', '--pixels', '0-2'], 2],
    ['a name that tells no format', ['screen', 'store', 'a.png', '--out', 'a.xls'], 2],
    ['a file to make keys in is missing', ['keys', 'create'], 2],
    ['the report can not be written', ['evaluate', 'store', '--clean', 'a.h5', '--report', 'test'], 1],
    ['no such net', ['inspect', 'no-such-net.h5'], 1],
    ['no such bundle', ['evaluate', 'no-such-store', '--clean', 'a.h5'], 1],
  ])('%s', async (_what, args, code) => {
    expect(await run(args)).toBe(code);
  });

  test('wrong use tells where help is, of every command', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    for (const args of [['mend'], ['repair'], ['keys', 'create']]) {
      said.mockClear();
      await run(args);
      expect(said.mock.calls.flat().join()).toContain('goodnet COMMAND --help');
    }
  });

  test('an error has no stack, but with --verbose', async () => {
    await run(['inspect', 'no-such-net.h5']);
    expect(errors.mock.calls.flat().join()).toMatch(/no-such-net\.h5/);
    expect(errors.mock.calls.flat().join()).not.toMatch(/^\s+at /m);
    await run(['inspect', 'no-such-net.h5', '--verbose']);
    expect(errors.mock.calls.flat().join()).toMatch(/^\s+at /m);
  });
});

describe('progress', () => {
  test('tells the share, what is known, and what is left', () => {
    expect(inWords({ stage: 'Work', done: 25, total: 100, loss: 0.5, accuracy: 0.912 }, 10)).toBe(
      'Work: 25 %, loss 0.500, accuracy 91.2 %, 30 s left',
    );
    expect(inWords({ stage: 'Work', done: 100, total: 100 }, 300)).toBe('Work: 100 %, took 5 min');
  });

  test('plain lines where nobody watches: the start, the end, and one in ten seconds', () => {
    const lines: string[] = [];
    const stream = {
      isTTY: false,
      write: (text: string) => lines.push(text),
    } as unknown as NodeJS.WriteStream;
    let now = 0;
    const progress = new ProgressLines(stream, () => now);
    for (let done = 1; done <= 100; done++) {
      now += 500;
      progress.report({ stage: 'Work', done, total: 100 });
    }
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => /^Work: \d+ %, .*\n$/.test(line))).toBe(true);
  });
});

test('with --json an error is told to programs by its code, on standard output', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  expect(await run(['inspect', 'no-such-net.h5', '--json'])).toBe(1);
  expect(JSON.parse(said.mock.calls.flat().join('\n')).error).toMatchObject({
    code: 'NET_NOT_FOUND',
    message: 'no-such-net.h5: There is no such file',
  });
});
