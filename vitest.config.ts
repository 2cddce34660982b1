import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whole repairs, which take minutes: begun last, they would keep one core while the others have nothing left to do. */
const LONG = /test\/(docs\/snippets|end-to-end\/|build-repair\/(library|job)\/|build-repair\/repair\/memory)/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = sorted.filter(({ moduleId }) => LONG.test(moduleId));
    return [...long, ...sorted.filter((file) => !long.includes(file))];
  }
}

/** What changes the process that it runs in: its modules, clock, console or environment, which engine runs in it, or how much it holds. */
const CHANGES_ITS_PROCESS =
  /\b(vi\.|process\.env\b|commandLine\(|setBackend\(|memoryUsage\()|models\/engine\/(wasm|cpu|node|onnx)'/;
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);
const alone = files.filter((file) => CHANGES_ITS_PROCESS.test(readFileSync(file, 'utf8')));

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: alone, exclude: ['test/infra/**'] },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ['test/infra/**', ...alone],
          isolate: false,
          env: { GOODNET_ENGINE: process.env.GOODNET_ENGINE ?? 'wasm' },
        },
      },
      // The constructs of CDK take seconds to load, and keep nothing: once for all files of a worker.
      { extends: true, test: { name: 'infra', include: ['test/infra/**/*.test.ts'], isolate: false } },
    ],
    reporters: ['default', './test/skipped-reporter.ts'],
    // TensorFlow.js keeps its backend in module state: a process of its own for each file.
    pool: 'forks',
    // Left out, it is one less than there are cores: on two, one after the other.
    maxWorkers: '100%',
    sequence: { sequencer: LongFirst },
    setupFiles: ['./test/own-state.ts'],
    // Only what hangs is ended: how fast the machine is, and how busy, is no test's matter.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
