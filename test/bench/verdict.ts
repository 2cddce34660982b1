/**
 * `npm run bench verdict [BUNDLE]`: milliseconds of a verdict (B, B′, E and the distances) on wasm, for one image and
 * for an image in batches of 64: the median of many. The peer is onnxruntime-node with the same nets on the same
 * images, on two threads; it is spared the scaling of pixels, the distances, transplanted halves and the decision.
 */
import { unpackNets } from '../../models/bundle/pack';
import { readBundleFiles } from '../../models/bundle/read';
import { resolveBundle } from '../../models/bundle/store';
import { imageTensor } from '../../models/detector/run';
import { startEngine } from '../../models/engine';
import { messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { benchStore } from './bundle';
import { installOnnxRuntime } from './onnx/install.mjs';
import { UnwrittenLayer } from './onnx/layers';
import { type OnnxSession, openOnnx } from './onnx/session';

const THREADS = 2;
const MOST = 64;
const runs = [
  { name: 'one image', n: 1, goal: 4, rounds: 300 },
  { name: `batches of ${MOST}`, n: MOST, goal: 2, rounds: 20 },
];

const store = await benchStore(process.argv[2]);
const engine = await startEngine({ engine: 'wasm' });
const goodnet = await GoodNet.load(store);
const { shape, classes, manifest } = goodnet;
const size = imageSize(shape);
const random = new Random(1);
const pixels = Uint8Array.from({ length: MOST * size }, () => random.int(256));
console.log(`${manifest.name} (${manifest.method}, ${classes} classes), ${engine.description}`);

const ours: number[] = [];
for (const { name, n, goal, rounds } of runs) {
  const ms = await median(rounds, n, () => goodnet.classify(pixels.subarray(0, n * size), n));
  ours.push(ms);
  console.log(`${name}: ${ms.toFixed(2)} ms an image (goal ≤ ${goal})`);
}
const named = (await goodnet.classify(pixels, MOST)).map(({ bad }) => bad.class);
goodnet.dispose();
if (isInstalled()) await comparePeer();

/** Installs the peer where it is not there. */
function isInstalled(): boolean {
  try {
    installOnnxRuntime();
    return true;
  } catch (error) {
    console.log(`No comparison: ${messageOf(error).split('\n')[0]}`);
    return false;
  }
}

async function comparePeer(): Promise<void> {
  const bundle = await readBundleFiles((await resolveBundle(store)).folder);
  const { nets, clouds } = await unpackNets(bundle);
  const session = await openOnnx(nets, clouds, THREADS).catch((error) => {
    if (error instanceof UnwrittenLayer) console.log(`No comparison with onnxruntime-node: ${error.message}`);
    else throw error;
  });
  if (!session) return;
  const scaled = (await imageTensor(pixels, MOST, shape, nets.pixels).data()) as Float32Array;
  await checkAnswers(session, scaled);
  for (const [i, { name, n, rounds }] of runs.entries()) {
    const ms = await median(rounds, n, () => session.run(scaled.subarray(0, n * size), n));
    console.log(`${name}: ${ms.toFixed(2)} ms an image, onnxruntime-node, ${THREADS} threads`);
    console.log(`${name}: ours / onnxruntime-node = ${(ours[i]! / ms).toFixed(2)}`);
  }
  await session.close();
}

/** What answers otherwise is no peer. */
async function checkAnswers(session: OnnxSession, scaled: Float32Array): Promise<void> {
  const { bad } = await session.run(scaled, MOST);
  const differs = named.some((c, i) => {
    const row = bad!.subarray(i * classes, (i + 1) * classes);
    return row.some((logit) => logit > row[c]! + 1e-3);
  });
  if (differs) throw new Error('onnxruntime-node does not answer as our nets do');
}

async function median(rounds: number, images: number, work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < rounds / 10; i++) await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / images);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}
