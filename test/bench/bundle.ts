import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/native/steps.mjs';

const root = join(import.meta.dirname, '../..');

/** Paths of a BadNet and its clean validation images. */
export interface FaceSet {
  readonly net: string;
  readonly clean: string;
}

/** faces1283's net with several triggers, 11,547 images; undefined where the data is absent. */
export const faces: FaceSet | undefined = (() => {
  const folder = join(root, '../shared/data/faces1283');
  const net = join(folder, 'badnets/multi_trigger_multi_target_bd_net.h5');
  return existsSync(net) ? { net, clean: join(folder, 'clean_validation_data.h5') } : undefined;
})();

/**
 * The store that is measured: the one named, else one that is made by the default method and kept in the cache folder
 * until the code that made it changes. Of faces1283's multi_trigger_multi_target net, or of the demo's small net where
 * the data is absent. Needs the built command line.
 */
export async function benchStore(named?: string): Promise<string> {
  if (named !== undefined) return named;
  const store = join(cacheFolder(), `bench-${faces ? 'faces1283' : 'demo'}-${codeHash()}`);
  if (existsSync(join(store, 'current.json'))) return store;
  console.log(`Making a bundle to measure, once, in ${store}`);
  if (faces) {
    repair(faces.net, faces.clean, store);
    return store;
  }
  console.log("The data (../shared/data) is not there: it is of the demo's small net.");
  const { writeDemoData } = await import('../../build-repair/demo/data');
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-bench-'));
  try {
    const { badnet, clean } = await writeDemoData(folder, { seed: 1 });
    repair(badnet, clean, store);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return store;
}

function repair(net: string, clean: string, store: string): void {
  const args = ['dist/goodnet.js', 'repair', net, '--clean', clean, '--out', store];
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
