/** Tells, step by step, what is done and what was seen. */
export class Story {
  private readonly begun = performance.now();
  private steps = 0;

  /** A step; what goes wrong in it ends the story. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const seconds = ((performance.now() - this.begun) / 1000).toFixed(0);
    console.log(`\n${++this.steps}. ${title} (${seconds} s)`);
    return await work();
  }

  /** What was seen, for people: it was checked before it is told. */
  saw(line: string): void {
    console.log(`   ${line}`);
  }

  end(): void {
    const seconds = ((performance.now() - this.begun) / 1000).toFixed(0);
    console.log(`\nAll ${this.steps} steps are as they should be (${seconds} s).`);
  }

  fail(error: unknown): void {
    console.error(`\nStep ${this.steps} went wrong: ${error instanceof Error ? error.message : error}`);
  }
}
