/**
 * The stronger peer of the benchmark, `batching-server.ts STORE [--threads 2]`: as plain-server.ts, but it does by onnxruntime-node what
 * `goodnet serve` does. Images that come while the nets are at work run together; as many such runs go on at once as it is given threads,
 * each on a thread of its own; and plain JPEGs of the net's own size are decoded without a pipeline of sharp, by our decoder.
 */
import { parseArgs } from 'node:util';
import { decodeImage } from '../../../../models/images/decode';
import { imageSize } from '../../../../models/images/set';
import type { Verdict } from '../../../../models/verdict';
import { openPeerDetector } from './peer-detector';
import { servePictures } from './peer-http';

/** Images of a run, at most: as many as `goodnet serve` takes while other threads help. */
const MOST_AT_ONCE = 16;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '2' } },
});
const threads = Number(values.threads);
const detector = await openPeerDetector(positionals[0]!, 1);
const size = imageSize(detector.shape);

interface Waiting {
  readonly pixels: Uint8Array;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

let waiting: Waiting[] = [];
let running = 0;

servePictures(async (picture) => {
  const pixels = await decodeImage(picture, detector.shape);
  const verdict = await new Promise<Verdict>((resolve, reject) => {
    waiting.push({ pixels, resolve, reject });
    // What else has arrived is decoded first, and comes along.
    setImmediate(start);
  });
  return detector.answerOf(verdict);
});

function start(): void {
  while (running < threads && waiting.length > 0) {
    // What waits is parted among the threads that are free.
    const share = Math.ceil(waiting.length / (threads - running));
    const batch = waiting.slice(0, Math.min(share, MOST_AT_ONCE));
    waiting = waiting.slice(batch.length);
    running++;
    void run(batch).finally(() => {
      running--;
      setImmediate(start);
    });
  }
}

async function run(batch: readonly Waiting[]): Promise<void> {
  const pixels = new Uint8Array(batch.length * size);
  for (const [i, each] of batch.entries()) pixels.set(each.pixels, i * size);
  try {
    const verdicts = await detector.classify(pixels, batch.length);
    for (const [i, { resolve }] of batch.entries()) resolve(verdicts[i]!);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
