/** `npm run fuzz [COUNT] [SEED]`: asks the service with as many bodies (100,000), and watches its memory. */
import fc from 'fast-check';
import { ProgressLines } from '../../build-repair/cli/progress-lines';
import { askFuzzed } from './ask';
import { realFiles, requests } from './bodies';

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  console.error('COUNT and SEED are whole numbers.');
  process.exit(2);
}
const lines = new ProgressLines();
const megabytes = () => process.memoryUsage().rss / 1e6;
const answers = new Map<number, number>();
let asked = 0;
let settled: number | undefined;
await fc.assert(
  fc.asyncProperty(requests(await realFiles()), async (request) => {
    const status = await askFuzzed(request);
    answers.set(status, (answers.get(status) ?? 0) + 1);
    asked++;
    if (asked === Math.ceil(count / 5)) settled = megabytes();
    if (asked % 500 === 0) lines.report({ stage: 'Asking', done: asked, total: count });
  }),
  { numRuns: count, seed },
);
lines.finish();
const told = [...answers].sort(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`);
console.log(`${asked} bodies, no fault; ${told.join(', ')}`);
console.log(`resident: ${settled?.toFixed(0)} MB after a fifth, ${megabytes().toFixed(0)} MB at the end`);
