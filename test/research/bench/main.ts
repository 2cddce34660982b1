/**
 * `npm run bench [NAME [ARGUMENT…]]`: all benchmarks, or one, each in a process of its own. Prints Markdown tables, those of
 * docs/results.md.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readArgs } from '../../command-line';

/** The longest last. */
const benches = ['training-step', 'verdict', 'screening', 'serve-memory', 'lambda', 'repair'];
/** What takes hours runs by its name alone. */
const onDemand = ['large'];

const [name, ...args] = readArgs(import.meta.filename, {}).positionals;
if (name !== undefined && ![...benches, ...onDemand].includes(name)) {
  console.error(`There is no benchmark ${name}; one of ${[...benches, ...onDemand].join(', ')} is wanted.`);
  process.exit(2);
}
for (const bench of name === undefined ? benches : [name]) {
  console.log(`\n### ${bench}`);
  const file = join(import.meta.dirname, `${bench}.ts`);
  const { status, signal } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`The benchmark ${bench} failed (${signal ?? status}).`);
    process.exitCode = 1;
  }
}
