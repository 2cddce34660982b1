import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf } from '../../../models/store/bundles';
import type { Files } from '../../../models/store/files';
import { publish } from '../../../models/store/publish';
import { writePlainBundle } from './plain-bundle';

interface Made {
  readonly path: string;
  readonly id: string;
}

/** Makes four bundles without nets in a folder. @returns them by id */
export async function fourPlainBundles(work: string): Promise<Made[]> {
  const made: Made[] = [];
  for (const seed of [1, 2, 3, 4]) {
    const id = await writePlainBundle(join(work, `made-${seed}`), { seed });
    made.push({ path: join(work, `made-${seed}`, folderOf(id)), id });
  }
  return made.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Publishes bundles into a folder store, the first an hour after the second and so on: at second 1,000,000 of 1970. */
export async function publishAged(
  files: Files,
  bundles: readonly Made[],
  options: Parameters<typeof publish>[2] = {},
): Promise<void> {
  for (const [age, { path, id }] of bundles.entries()) {
    await publish(path, files, options);
    const when = 1_000_000 - 3600 * age;
    utimesSync(join(files.address, folderOf(id), 'manifest.json'), when, when);
  }
}
