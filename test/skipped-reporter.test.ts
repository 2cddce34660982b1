import { describe, expect, it, vi } from 'vitest';
import type { TestModule, Vitest } from 'vitest/node';
import SkippedReporter, { skippedLine } from './skipped-reporter';

it('one line tells what was skipped, and which commands bring it', () => {
  expect(skippedLine(0, [])).toBeUndefined();
  const reasons = [
    'node scripts/versitygw.mjs has not been run',
    'Chromium (apt-get install chromium) is lacking',
  ];
  expect(skippedLine(3, reasons)).toBe(
    'Skipped: 3 tests: Chromium (apt-get install chromium) is lacking; node scripts/versitygw.mjs has not been run.',
  );
  expect(skippedLine(1, [])).toBe('Skipped: 1 test: as this machine is.');
});

describe('the line', () => {
  /** A file with a skipped test in a suite. @param errors of what surrounds it */
  const file = (errors: { readonly file: unknown[]; readonly suite: unknown[] }) => {
    const module = { type: 'module', errors: () => errors.file };
    const suite = { type: 'suite', errors: () => errors.suite, parent: module };
    return { ...module, children: { allTests: () => [{ parent: suite }] } } as unknown as TestModule;
  };
  const skipped = file({ file: [], suite: [] });
  const unreached = [file({ file: [1], suite: [] }), file({ file: [], suite: [1] })];

  function told(modules: readonly TestModule[], testNamePattern?: RegExp): unknown[] {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const reporter = new SkippedReporter();
    reporter.onInit({ config: { testNamePattern } } as Vitest);
    reporter.onUserConsoleLog({ content: 'Skipped: node scripts/versitygw.mjs has not been run.\n' });
    reporter.onTestRunEnd(modules);
    const lines = log.mock.calls.flat();
    log.mockRestore();
    return lines;
  }

  it('counts what was skipped, not what a failure around it kept from its turn', () => {
    const line = 'Skipped: 1 test: node scripts/versitygw.mjs has not been run.';
    expect(told([skipped, ...unreached])).toEqual([line]);
    expect(told(unreached)).toEqual([]);
  });

  it('is left out where tests were asked for by their names', () => {
    expect(told([skipped], /one/)).toEqual([]);
  });
});
