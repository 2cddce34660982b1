/**
 * `npx tsx test/bench/verdict.ts BUNDLE`: milliseconds of a verdict (B, B′, E and the distances) on wasm, for one image
 * and for an image in batches of 64: the median of many.
 */
import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';

const path = process.argv[2];
if (path === undefined) {
  console.log('Name a bundle, or the store that goodnet repair wrote: npx tsx test/bench/verdict.ts STORE');
  process.exit(2);
}
const engine = await startEngine({ engine: 'wasm' });
const goodnet = await GoodNet.load(path);
const random = new Random(1);
const pixels = Uint8Array.from({ length: 64 * imageSize(goodnet.shape) }, () => random.int(256));
console.log(`${engine.description}, ${goodnet.manifest.name}`);
for (const [n, goal, rounds] of [
  [1, 4, 300],
  [64, 2, 20],
] as const) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await goodnet.classify(pixels.subarray(0, n * imageSize(goodnet.shape)), n);
    times.push((performance.now() - start) / n);
  }
  const median = times.sort((a, b) => a - b)[rounds >> 1]!;
  console.log(
    `${n === 1 ? 'one image' : `batches of ${n}`}: ${median.toFixed(2)} ms an image (goal ≤ ${goal})`,
  );
}
goodnet.dispose();
