import type { Reporter, TestModule } from 'vitest/node';

const SAID = /^Skipped( on [^:]+)?: /;

/** Tells in one line at the end how many tests were skipped, and what would have them run: what their files have said of it. */
export default class SkippedReporter implements Reporter {
  private readonly reasons = new Set<string>();

  onUserConsoleLog({ content }: { readonly content: string }): void {
    for (const line of content.split('\n'))
      if (SAID.test(line)) this.reasons.add(line.replace(SAID, '').replace(/\.$/, ''));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const line = skippedLine(
      modules.reduce((sum, { children }) => sum + [...children.allTests('skipped')].length, 0),
      [...this.reasons],
    );
    if (line) console.log(line);
  }
}

/** One line of what was skipped; none where nothing was. */
export function skippedLine(tests: number, reasons: readonly string[]): string | undefined {
  if (tests === 0) return undefined;
  const why = reasons.length > 0 ? [...reasons].sort().join('; ') : 'as this machine is';
  return `Skipped: ${tests} ${tests === 1 ? 'test' : 'tests'}: ${why}.`;
}
