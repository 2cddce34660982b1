/**
 * `npm run bench serve-memory [BUNDLE [IMAGES]]`: resident memory of `goodnet serve` after 200 requests, on this Node.js
 * and on Node.js 24. The images are clean ones, as PNGs of the net's own size and as larger JPEGs in turn; every tenth is
 * noise, of which everything is asked. On WebAssembly, as installed, unless GOODNET_ENGINE names another engine. Linux only.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { readManifest } from '../../../models/bundle/read';
import { Random } from '../../../models/random';
import { resolveBundle } from '../../../models/store/folder';
import { benchBundle, imagesOrNoise } from './bundle';
import { Figures } from './figures';
import { startGoodnet } from './service/process';

const REQUESTS = 200;
const GOAL_MB = 150;
const PHOTO = { width: 640, height: 480 };

process.env.GOODNET_ENGINE ??= 'wasm';
const root = join(import.meta.dirname, '../../..');
const { store, images } = await benchBundle(process.argv[2], process.argv[3]);
const { input, classes } = await readManifest((await resolveBundle(store)).folder);
const { width, height, channels } = input;
const size = width * height * channels;
const random = new Random(1);
const pixels = await imagesOrNoise(images, input, classes, REQUESTS);
console.log(`${classes} classes, ${REQUESTS} requests`);
if (process.platform !== 'linux') console.log('Resident memory is read from /proc, which Linux alone has.');
else {
  const figures = new Figures();
  for (const node of nodes()) await measure(node, figures);
  figures.print();
}

/** This Node.js and, where it is another and can be had, Node.js 24. */
function nodes(): string[] {
  if (process.version.startsWith('v24.')) return [process.execPath];
  const other = spawnSync(
    process.execPath,
    [join(root, 'scripts/with-node24.mjs'), 'node', '-p', 'process.execPath'],
    { encoding: 'utf8' },
  );
  if (other.status === 0) return [process.execPath, other.stdout.trim()];
  console.log('Node.js 24 can not be had here: this Node.js alone.');
  return [process.execPath];
}

async function measure(node: string, figures: Figures): Promise<void> {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const server = await startGoodnet(store, [], node);
  try {
    const before = server.residentMb();
    for (let i = 0; i < REQUESTS; i++) {
      const response = await fetch(`${server.url}/v1/classify`, { method: 'POST', body: await image(i) });
      if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
    }
    const after = server.residentMb();
    figures.add(`Node.js ${version}, before the first request`, `${before.toFixed(0)} MB`);
    figures.add(
      `Node.js ${version}, after ${REQUESTS} requests`,
      `${after.toFixed(0)} MB`,
      `≤ ${GOAL_MB} MB`,
    );
  } finally {
    await server.stop();
  }
}

function image(i: number): Promise<Buffer> {
  const own = pixels.subarray(i * size, (i + 1) * size);
  const noise = () => Uint8Array.from(own, () => random.int(256));
  const drawn = sharp(i % 10 === 9 ? noise() : own, { raw: { width, height, channels } });
  return i % 2 === 0
    ? drawn.png().toBuffer()
    : drawn
        .resize({ ...PHOTO, fit: 'fill' })
        .jpeg()
        .toBuffer();
}
