/**
 * `npm run bench verdict [BUNDLE [IMAGES]]`: milliseconds of a verdict on wasm, for one image and for an image in
 * batches of 64: the median over clean images. The peer is onnxruntime-node with the same nets on the same images, on
 * two threads; it is spared the scaling of pixels, the distances, what is asked further, and the decision.
 */
import { startEngine } from '../../models/engine';
import { messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { benchBundle, firstImages } from './bundle';
import { Figures } from './figures';
import { installOnnxRuntime } from './onnx/install.mjs';
import { openPeer } from './onnx/peer';

const THREADS = 2;
const BATCH = 64;
const IMAGES = 5 * BATCH;
const ROUNDS = 20;
const goals = { alone: 4, batch: 2 };

const { store, images } = await benchBundle(process.argv[2], process.argv[3]);
const { description } = await startEngine({ engine: 'wasm' });
const figures = new Figures();
const goodnet = await GoodNet.load(store);
const { shape, classes, manifest } = goodnet;
const size = imageSize(shape);
console.log(`${manifest.name} (${manifest.method}, ${classes} classes), ${description}`);

const random = new Random(1);
const noise = Uint8Array.from({ length: 8 * size }, () => random.int(256));
const clean = images === undefined ? noise : await firstImages(images, shape, classes, IMAGES);
if (images === undefined) console.log('No images are named: noise, of which everything is asked.');
const classify = async (pixels: Uint8Array | Float32Array, n: number) => {
  await goodnet.classify(pixels, n);
};
const ours = await measure(clean, classify);
say('one image', ours.alone, `≤ ${goals.alone} ms`);
say(`an image in batches of ${BATCH}`, ours.batch, `≤ ${goals.batch} ms`);
if (images !== undefined) {
  const most = await measure(noise, classify);
  say('one image of noise, of which everything is asked', most.alone);
}
if (isPeerInstalled()) await comparePeer();
figures.print();
goodnet.dispose();

async function comparePeer(): Promise<void> {
  const peer = await openPeer(store, THREADS);
  if (peer === undefined) return;
  const scaled = await peer.scale(clean);
  await peer.check(scaled, await goodnet.classify(clean, clean.length / size));
  const theirs = await measure(scaled, peer.run);
  const name = `onnxruntime-node, ${THREADS} threads`;
  say(`one image, ${name}`, theirs.alone);
  say(`an image in batches of ${BATCH}, ${name}`, theirs.batch);
  const ratio = (what: string, by: number) => figures.add(`${what}, ours / onnxruntime-node`, by.toFixed(2));
  ratio('one image', ours.alone / theirs.alone);
  ratio(`batches of ${BATCH}`, ours.batch / theirs.batch);
  await peer.close();
}

/** Milliseconds an image: the median over single images, and over batches. */
async function measure<Pixels extends Uint8Array | Float32Array>(
  pixels: Pixels,
  run: (pixels: Pixels, n: number) => Promise<void>,
): Promise<{ alone: number; batch: number }> {
  const count = pixels.length / size;
  const time = async (n: number, rounds: number) => {
    const slice = (round: number) => {
      const start = (round * n) % (count - n + 1);
      return pixels.subarray(start * size, (start + n) * size) as Pixels;
    };
    for (let round = 0; round < rounds / 10; round++) await run(slice(round), n);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await run(slice(round), n);
      times.push((performance.now() - start) / n);
    }
    return times.sort((a, b) => a - b)[rounds >> 1]!;
  };
  return { alone: await time(1, IMAGES), batch: await time(Math.min(BATCH, count), ROUNDS) };
}

function say(what: string, ms: number, goal = ''): void {
  figures.add(what, `${ms.toFixed(2)} ms`, goal);
}

function isPeerInstalled(): boolean {
  try {
    installOnnxRuntime();
    return true;
  } catch (error) {
    console.log(`No comparison: ${messageOf(error).split('\n')[0]}`);
    return false;
  }
}
