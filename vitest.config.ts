import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/skipped-reporter.ts'],
    // TensorFlow.js keeps its backend in module state: a process of its own for each file.
    pool: 'forks',
    // Left out, it is one less than there are cores: on two, one after the other.
    maxWorkers: '100%',
    setupFiles: ['./test/own-state.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
