import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Signer } from '../../../models/signing/keys';
import { seenHere } from '../../../models/signing/seen';
import type { TrustedKeys } from '../../../models/signing/signatures';
import { folderOf } from '../../../models/store/bundles';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { publish } from '../../../models/store/publish';
import { writePlainBundle } from './plain-bundle';
import { signersIn } from './signers';

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

/** A folder for the tests of a file, with what {@link usePlainStores} makes in it. */
export let work: string;
/** Four bundles, by id. */
export let made: readonly Made[];
/** Two signers, the first of them trusted, by these keys. */
export let ours: Signer;
export let strangers: Signer;
export let keys: TrustedKeys;
/** Of each test: the folder of a store of its own, not made yet, and its files. */
export let store: string;
export let files: Files;
let places = 0;

/** Makes them before the tests of a file, each test's store before it, and removes all after them. */
export function usePlainStores(): void {
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'goodnet-stores-'));
    made = await fourPlainBundles(work);
    ({ ours, strangers, keys } = await signersIn(work));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  beforeEach(() => {
    store = join(anotherPlace('store'), 'faces');
    files = folderFiles(store);
  });
}

export const at = (...names: string[]): string => join(work, ...names);
/** A place where nothing is. */
export const anotherPlace = (name: string): string => at(`${name}-${places++}`);
export const idOf = (i: number): string => made[i]!.id;
export const signing = () => ({ signer: ours, seen: seenHere() });
/** Publishes some of the bundles, the first an hour after the second and so on. */
export const published = (which: readonly number[], signer?: Signer): Promise<void> =>
  publishAged(
    files,
    which.map((i) => made[i]!),
    { signer },
  );
