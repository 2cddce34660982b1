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

/** What a file says that changes its process, or measures it: modules, clock and console; environment; backend; memory. */
const OF_ITS_PROCESS =
  /\b(vi\.|commandLine\(|process\.env\b|s3ServerHere\(|setBackend\(|memoryUsage\()|models\/engine\/(wasm|cpu|node|onnx)'/;
const alone = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && OF_ITS_PROCESS.test(readFileSync(file, 'utf8')));
const infra = 'test/infra/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      // A process for each of these files, and one for many of the others: TensorFlow.js takes a second to load.
      { extends: true, test: { name: 'alone', include: alone, exclude: [infra] } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [infra, ...alone],
          isolate: false,
          // The first file starts the engine for all.
          env: { GOODNET_ENGINE: process.env.GOODNET_ENGINE || 'wasm' },
        },
      },
      // The constructs of CDK take seconds to load, and keep nothing: once for all files of a worker.
      { extends: true, test: { name: 'infra', include: [infra], isolate: false } },
    ],
    reporters: ['default', './test/skipped-reporter.ts'],
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
