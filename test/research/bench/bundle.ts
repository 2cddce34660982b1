import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openImages } from '../../../build-repair/images/open-images';
import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import { cacheFolder } from '../../../scripts/native/steps.mjs';

const root = join(import.meta.dirname, '../../..');
const DAY_MS = 86_400_000;

/** Paths of a BadNet, its clean validation images, and others. */
export interface FaceSet {
  readonly net: string;
  readonly clean: string;
  readonly test: string;
}

/** faces1283's net with several triggers, 11,547 images; undefined where the data is absent. */
export const faces: FaceSet | undefined = (() => {
  const folder = join(root, '../shared/data/faces1283');
  const net = join(folder, 'badnets/multi_trigger_multi_target_bd_net.h5');
  const [clean, test] = ['clean_validation_data.h5', 'clean_test_data.h5'].map((name) => join(folder, name));
  return existsSync(net) ? { net, clean: clean!, test: test! } : undefined;
})();

/** A bundle to measure. */
export interface BenchBundle {
  /** The store, or the bundle's folder. */
  readonly store: string;
  /** Clean images that the repair has not seen. */
  readonly images: string | undefined;
}

/**
 * The bundle that is measured: the one named, else one that is made by the default method and kept in the cache folder
 * until the code that made it changes. Of faces1283's net, or of the demo's small one where the data is absent. Needs
 * the built command line.
 */
export async function benchBundle(named?: string, images?: string): Promise<BenchBundle> {
  if (named !== undefined) return { store: named, images };
  const store = join(cacheFolder(), `bench-${faces ? 'faces1283' : 'demo'}-${codeHash()}`);
  const isThere = existsSync(join(store, 'current.json'));
  if (!isThere) {
    console.log(`Making a bundle to measure, once, in ${store}`);
    removeOld();
  }
  if (!faces) return demoBundle(store, isThere);
  if (!isThere) repair(faces.net, faces.clean, store);
  return { store, images: faces.test };
}

async function demoBundle(store: string, isThere: boolean): Promise<BenchBundle> {
  console.log("The data (../shared/data) is not there: the demo's small net is measured.");
  const { writeDemoData } = await import('../../../build-repair/demo/data');
  const data = await writeDemoData(`${store}-images`, { seed: 1 });
  if (!isThere) repair(data.badnet, data.clean, store);
  return { store, images: data.test };
}

/** Bundles that older code made. */
function removeOld(): void {
  if (!existsSync(cacheFolder())) return;
  for (const name of readdirSync(cacheFolder()).filter((entry) => entry.startsWith('bench-'))) {
    const path = join(cacheFolder(), name);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}

function repair(net: string, clean: string, store: string): void {
  const args = ['dist/goodnet.js', 'repair', net, '--clean', clean, '--out', store, '--accept-unrepaired'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The repair of ${net} failed:\n${stderr}`);
}

/** Of all that a bundle's content depends on. */
function codeHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['models', 'build-repair/repair', 'build-repair/images']) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files.filter((name) => name.endsWith('.ts')))
      hash.update(`${file}\n`).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The first images of a set. @returns as many × height × width × channels values of 0–255 */
export async function firstImages(
  path: string,
  shape: ImageShape,
  classes: number,
  count: number,
): Promise<Uint8Array> {
  const set = await openImages(path, { shape, classes, labelsRequired: false });
  const pixels: number[] = [];
  for await (const batch of set.batches(64)) {
    for (const value of batch.pixels) pixels.push(value);
    if (pixels.length >= count * imageSize(shape)) break;
  }
  set.close();
  return Uint8Array.from(pixels.slice(0, count * imageSize(shape)), Math.round);
}

/** The first images of a set; noise where none is named. @returns as firstImages */
export async function imagesOrNoise(
  set: string | undefined,
  shape: ImageShape,
  classes: number,
  count: number,
): Promise<Uint8Array> {
  if (set !== undefined) return await firstImages(set, shape, classes, count);
  const random = new Random(1);
  return Uint8Array.from({ length: count * imageSize(shape) }, () => random.int(256));
}
