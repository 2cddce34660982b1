/**
 * `npm run bench verdict [BUNDLE [IMAGES]]`: milliseconds of a verdict, for one image and for an image in batches of 64: the median
 * over clean images. Where ONNX Runtime answers, the peer is plain onnxruntime-node, with as many threads, doing the same passes over
 * again: B, B′, E, and those of the views and transplants of the images that are asked for them. It is spared all that is no pass: scaling
 * pixels, putting transplants together, distances, the gallery, the decision. GOODNET_ENGINE=wasm measures what everybody has who installs nothing.
 */
import { unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { openReaders } from '../../../models/detector/readings';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import { resolveBundle } from '../../../models/store/folder';
import { benchBundle, firstImages } from './bundle';
import { Figures } from './figures';
import { again, notePasses } from './onnx/passes';
import { openDetector, type PlainDetector } from './onnx/session';

const THREADS = 2;
const BATCH = 64;
const IMAGES = 5 * BATCH;
const ROUNDS = 20;
const goals = { onWasm: { alone: 4, batch: 2 }, ratio: { alone: 1.3, batch: 1.2 } };

const { store, images } = await benchBundle(process.argv[2], process.argv[3]);
const { description, onnx } = await startEngine({ tensorflow: 'wasm', threads: THREADS });
const note = onnx && notePasses(onnx);
const figures = new Figures();
const goodnet = await GoodNet.load(store);
const { shape, classes, manifest } = goodnet;
const size = imageSize(shape);
console.log(`${manifest.name} (${manifest.method}, ${classes} classes), ${description}`);
if (goodnet.withoutOnnx) console.log(goodnet.withoutOnnx);

const { rule } = manifest;
const pieces = rule.kind === 'calibrated' ? (rule.transplant?.pieces.scales.length ?? 0) : 0;
const random = new Random(1);
const noise = Uint8Array.from({ length: 8 * size }, () => random.int(256));
const clean = images === undefined ? noise : await firstImages(images, shape, classes, IMAGES);
if (images === undefined) console.log('No images are named: noise, of which everything is asked.');
const classify = (pixels: Uint8Array, n: number) => goodnet.classify(pixels, n);

/** Milliseconds an image. */
interface Times {
  readonly ours: number;
  readonly peers: number | undefined;
}

const peer = onnx && (await openPeer());
say('one image', await measure(clean, 1, IMAGES), goals.onWasm.alone, goals.ratio.alone);
say(
  `an image in batches of ${BATCH}`,
  await measure(clean, Math.min(BATCH, clean.length / size), ROUNDS),
  goals.onWasm.batch,
  goals.ratio.batch,
);
if (images !== undefined)
  say('one image of noise, of which everything is asked', await measure(noise, 1, IMAGES));
figures.print();
await peer?.close();
goodnet.dispose();

/** The medians over rounds of n images, ours and the peer's by turns. */
async function measure(pixels: Uint8Array, n: number, rounds: number): Promise<Times> {
  const count = pixels.length / size;
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = (round * n) % (count - n + 1);
    const some = pixels.subarray(start * size, (start + n) * size);
    const asks = () => classify(some, n);
    // Once before, for the notes and for warmth.
    const passes = note ? await note(asks) : await asks();
    ours.push((await time(asks)) / n);
    if (!peer) continue;
    const same = again(passes as Awaited<ReturnType<NonNullable<typeof note>>>, peer, pieces);
    await same();
    peers.push((await time(same)) / n);
  }
  return { ours: median(ours)!, peers: median(peers) };
}

/** The same nets in plain onnxruntime-node. */
async function openPeer(): Promise<PlainDetector> {
  const bundle = await startReading((await resolveBundle(store)).folder);
  const { nets, parts } = await unpackNets(bundle);
  return await openDetector(nets, parts, openReaders(nets, parts), THREADS);
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(of: number[]): number | undefined {
  return of.sort((a, b) => a - b)[of.length >> 1];
}

function say(what: string, { ours, peers }: Times, onWasm?: number, ratio?: number): void {
  figures.add(what, `${ours.toFixed(2)} ms`, onWasm && !onnx ? `≤ ${onWasm} ms` : '');
  if (peers === undefined) return;
  figures.add(`${what}, plain onnxruntime-node, ${THREADS} threads`, `${peers.toFixed(2)} ms`);
  figures.add(`${what}, ours / plain onnxruntime-node`, (ours / peers).toFixed(2), ratio ? `≤ ${ratio}` : '');
}
