import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

const SAID = /^Skipped( on [^:]+)?: /;

/** Tells in one line at the end how many tests were skipped, and what would have them run: what their files have said of it. */
export default class SkippedReporter implements Reporter {
  private readonly reasons = new Set<string>();
  private isOfSomeNames = false;

  /** Where tests of some names were asked for, the others are not lacking. */
  onInit({ config }: Vitest): void {
    this.isOfSomeNames = config.testNamePattern !== undefined;
  }

  onUserConsoleLog({ content }: { readonly content: string }): void {
    for (const line of content.split('\n'))
      if (SAID.test(line)) this.reasons.add(line.replace(SAID, '').replace(/\.$/, ''));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.isOfSomeNames) return;
    const skipped = modules.flatMap(({ children }) => [...children.allTests('skipped')]);
    const line = skippedLine(skipped.filter((test) => !isUnreached(test)).length, [...this.reasons]);
    if (line) console.log(line);
  }
}

/** One line of what was skipped; none where nothing was. */
export function skippedLine(tests: number, reasons: readonly string[]): string | undefined {
  if (tests === 0) return undefined;
  const why = reasons.length > 0 ? [...reasons].sort().join('; ') : 'as this machine is';
  return `Skipped: ${tests} ${tests === 1 ? 'test' : 'tests'}: ${why}.`;
}

/** Whether what surrounds a test failed before it was its turn: that is told as a failure. */
function isUnreached(test: TestCase): boolean {
  let around: TestSuite | TestModule | undefined = test.parent;
  while (around) {
    if (around.errors().length > 0) return true;
    around = around.type === 'suite' ? around.parent : undefined;
  }
  return false;
}
