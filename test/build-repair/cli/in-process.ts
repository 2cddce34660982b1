import { afterEach, beforeEach, type MockInstance, vi } from 'vitest';
import { run } from '../../../build-repair/cli/run';

/** What a command ended with, and the lines that it printed. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs commands in this process, for the tests of a file: what they print is kept, and not printed. */
export function commandLine(): (...args: string[]) => Promise<Ended> {
  let logs: MockInstance<typeof console.log>;
  let errors: MockInstance<typeof console.error>;
  beforeEach(() => {
    logs = vi.spyOn(console, 'log').mockImplementation(() => {});
    errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return async (...args) => {
    logs.mockClear();
    errors.mockClear();
    const code = await run(args);
    return { code, out: logs.mock.calls.flat().join('\n'), err: errors.mock.calls.flat().join('\n') };
  };
}
