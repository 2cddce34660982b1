/**
 * `npm run fuzz [-- COUNT [SEED]] [--only TEXT]`: asks the service with as many random bodies (100,000), by batch, then with a
 * corpus of hostile inputs (those whose names have TEXT), one process each; measures processor time, memory and how long
 * the event loop is held, and ends with exit code 1 where a bound is passed. COUNT 0 leaves the random bodies out, `--only none` the corpus.
 */

import { readArgs } from '../command-line';
import { measureCorpus } from './corpus/main';
import { askRandom } from './random';

const { values, positionals } = readArgs(import.meta.filename, { only: { type: 'string' } });
const [count = 100_000, seed = 1] = positionals.map(Number);
if (!Number.isInteger(count) || count < 0 || !Number.isInteger(seed)) {
  console.error('COUNT and SEED are whole numbers.');
  process.exit(2);
}
const isCalm = count === 0 || (await askRandom(count, seed));
const isWithin = values.only === 'none' || (await measureCorpus(values.only));
if (!isCalm || !isWithin) process.exitCode = 1;
