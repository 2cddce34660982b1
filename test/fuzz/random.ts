import fc from 'fast-check';
import { ProgressLines } from '../../build-repair/cli/progress-lines';
import { realFiles, requests } from './bodies';
import { Meter } from './corpus/meter';
import { sendFuzzed } from './send-fuzzed';

/** Bodies that are measured together. */
const BATCH = 500;
/** A batch's bounds: of a body on average, beside which making them counts here, and of all beyond idle. */
const MOST_CPU = 0.25;
const MOST_MB = 150;

/**
 * Asks the service with random bodies, and measures each batch of them.
 * @returns whether all batches are within the bounds
 * @throws Error for an answer that no body may be given
 */
export async function askRandom(count: number, seed: number): Promise<boolean> {
  const lines = new ProgressLines();
  const answers = new Map<number, number>();
  const meter = new Meter();
  let asked = 0;
  let inBatch = 0;
  const most = { cpu: 0, mb: 0 };
  const endBatch = async () => {
    const { cpu, peakMb = 0 } = await meter.end();
    most.cpu = Math.max(most.cpu, cpu / inBatch);
    most.mb = Math.max(most.mb, peakMb);
    inBatch = 0;
    lines.report({ stage: 'Asking', done: asked, total: count });
  };
  const files = await realFiles();
  // What is loaded for the first bodies is idle for all others.
  await fc.assert(
    fc.asyncProperty(requests(files), async (request) => void (await sendFuzzed(request))),
    { numRuns: BATCH, seed: seed + 1 },
  );
  await fc.assert(
    fc.asyncProperty(requests(files), async (request) => {
      if (inBatch === 0) await meter.begin();
      const status = await sendFuzzed(request);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      asked++;
      if (++inBatch === BATCH) await endBatch();
    }),
    { numRuns: count, seed },
  );
  if (inBatch > 0) await endBatch();
  lines.finish();
  const told = [...answers].sort(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`);
  console.log(`${asked} bodies, no fault; ${told.join(', ')}`);
  console.log(
    `At most, of batches of ${BATCH}: ${most.cpu.toFixed(4)} s of a core each (≤ ${MOST_CPU}), ${most.mb.toFixed(0)} MB beyond idle (≤ ${MOST_MB})`,
  );
  return most.cpu <= MOST_CPU && most.mb <= MOST_MB;
}
