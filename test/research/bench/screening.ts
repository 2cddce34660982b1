/**
 * `npm run bench screening [BUNDLE [IMAGES]]`: what `goodnet screen` takes an image on one core, beside what the nets
 * take by themselves on the same images in batches of 64: files of the net's size, JPEG and PNG. Both are
 * processor time, which others on the machine change little, and asked in turn; the medians of the rounds.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { ownPool } from '../../../build-repair/screen/pool';
import { openSource } from '../../../build-repair/screen/portions';
import { screen } from '../../../build-repair/screen/screen';
import { rowsToFile } from '../../../build-repair/screen/written';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { decodeImage } from '../../../models/images/decode';
import { imageSize } from '../../../models/images/set';
import { resolveBundle } from '../../../models/store/folder';
import { benchBundle } from './bundle';
import { Figures } from './figures';
import { jpegs } from './service/images';
import { median } from './service/load';

const IMAGES = 256;
const ROUNDS = 5;
const GOAL = 0.8;

const { store, images } = await benchBundle(process.argv[2], process.argv[3]);
const { description } = await startEngine({ engine: 'wasm' });
const figures = new Figures();
const goodnet = await GoodNet.load(store);
const { shape } = goodnet;
const { folder } = await resolveBundle(store);
const pool = await ownPool({ bundle: folder, id: goodnet.manifest.id, trust: [], recording: {} });
const work = mkdtempSync(join(tmpdir(), 'goodnet-bench-'));
console.log(`${goodnet.manifest.name}, ${goodnet.classes} classes, ${IMAGES} images, ${description}`);
try {
  const made = await jpegs(store, images, IMAGES);
  const files = { JPEG: made, PNG: await Promise.all(made.map((each) => sharp(each).png().toBuffer())) };
  for (const [kind, bodies] of Object.entries(files)) {
    const path = join(work, kind);
    await compare(`files, ${kind}`, writtenTo(path, bodies), bodies);
  }
} finally {
  pool.close();
  goodnet.dispose();
  rmSync(work, { recursive: true, force: true });
}
figures.print();

async function compare(what: string, path: string, bodies: readonly Buffer[]): Promise<void> {
  const pixels = new Uint8Array(bodies.length * imageSize(shape));
  for (const [i, bytes] of bodies.entries())
    pixels.set(await decodeImage(bytes, shape), i * imageSize(shape));
  const source = await openSource(path, { shape });
  const out = join(work, 'rows.csv');
  const screened = async () => {
    const rows = await rowsToFile(out, 'csv', { model: 'bench', alpha: 0.01 }, what);
    await screen(pool, [source], rows, { progress: () => {} });
    await rows.finish();
  };
  const alone = async () => {
    await goodnet.classify(pixels, bodies.length);
  };
  const rounds: { nets: number; screening: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const found = { nets: await cpuOf(alone), screening: await cpuOf(screened) };
    // The first is the warming up.
    if (round > 0) rounds.push(found);
  }
  source.close();
  const nets = median(rounds.map((each) => each.nets)) / bodies.length;
  const all = median(rounds.map((each) => each.screening)) / bodies.length;
  const share = median(rounds.map((each) => each.nets / each.screening));
  figures.add(`${what}, an image`, `${all.toFixed(2)} ms`);
  figures.add(`${what}, an image through the nets alone`, `${nets.toFixed(2)} ms`);
  figures.add(`${what}, share of the nets' speed`, `${(100 * share).toFixed(0)} %`, `≥ ${100 * GOAL} %`);
}

/** Milliseconds of processor time, of all threads. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function writtenTo(path: string, bodies: readonly Buffer[]): string {
  mkdirSync(path);
  for (const [i, bytes] of bodies.entries())
    writeFileSync(join(path, `${String(i).padStart(5, '0')}`), bytes);
  return path;
}
