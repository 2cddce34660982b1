import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '../bundle/manifest';
import { type BundleFiles, readBundleFiles, verifyBundle } from '../bundle/read';
import { BundleError, GoodNetError } from '../errors';
import {
  addSignature,
  parseSignatures,
  SIGNATURES,
  type Signatures,
  signaturesText,
} from '../signing/signatures';
import type { Signer } from '../signing/signer';
import { CURRENT, type Current, readCurrent, writeCurrent } from './current';
import type { Files } from './files';
import { resolveBundle } from './folder';

/** Files sent at once. */
const AT_ONCE = 6;
/** Another writer is waited out so many times. */
const TRIES = 8;

/** A bundle in a store. */
export interface KeptBundle {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly bytes: number;
  readonly isCurrent: boolean;
}

const folderOf = (id: string) => id.slice(0, 16);

/**
 * Puts a bundle into a store: its files first, those that are there already left alone, its manifest last, so that a
 * reader never sees half of it and a broken-off publish goes on where it stopped.
 * @param path the bundle's folder, or a folder store whose current bundle is meant
 * @param progress told as files are done
 * @param signer signs the bundle in the store; signatures that it bears already go with it
 * @throws BundleError where the bundle is damaged; GoodNetError `environment` where the store can't be written
 */
export async function publish(
  path: string,
  files: Files,
  { progress = () => {}, signal, signer }: PublishOptions = {},
): Promise<Manifest> {
  const { folder } = await resolveBundle(path);
  const bundle = await readBundleFiles(folder);
  const { manifest } = bundle;
  const into = folderOf(manifest.id);
  const waiting = [...manifest.files];
  let done = 0;
  const send = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal?.throwIfAborted();
      const key = `${into}/${file.path}`;
      if (!(await files.has(key, file.bytes))) await files.write(key, bundle.read(file.path), 'any');
      progress(++done, manifest.files.length + 1);
    }
  };
  const ended = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, () =>
      send().catch((error) => {
        // The others finish what they send, and begin nothing more.
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  await sendSignatures(manifest.id, folder, files, signer);
  await files.write(`${into}/manifest.json`, await readFile(join(folder, 'manifest.json')), 'any');
  progress(manifest.files.length + 1, manifest.files.length + 1);
  return manifest;
}

/** What a publish is done with. */
export interface PublishOptions {
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  readonly signer?: Signer;
}

/** The bundle's own signatures, and those that it bears in the store, and the signer's. */
async function sendSignatures(
  id: string,
  folder: string,
  files: Files,
  signer: Signer | undefined,
): Promise<void> {
  const key = `${folderOf(id)}/${SIGNATURES}`;
  const own = await readFile(join(folder, SIGNATURES), 'utf8').catch(() => undefined);
  const before = [
    ...(own === undefined ? [] : parseSignatures(own, join(folder, SIGNATURES))),
    ...((await signaturesIn(files, id)) ?? []),
  ];
  const once = [...new Map(before.map((each) => [each.keyId, each])).values()];
  const text = signer
    ? await addSignature(id, signer, once)
    : once.length > 0
      ? signaturesText(once)
      : undefined;
  if (text !== undefined) await files.write(key, new TextEncoder().encode(text), 'any');
}

/** The signatures of a bundle in a store; undefined where it bears none. */
export async function signaturesIn(files: Files, id: string): Promise<Signatures | undefined> {
  const key = `${folderOf(id)}/${SIGNATURES}`;
  const file = await files.read(key);
  return file && parseSignatures(new TextDecoder().decode(file.bytes), `${files.address}/${key}`);
}

/** Reads a store's current bundle, or the one with an id, every file verified. @throws BundleError */
export async function readFrom(files: Files, id?: string): Promise<BundleFiles> {
  const wanted = id ?? (await currentOf(files)).bundle;
  const into = folderOf(wanted);
  const where = `${files.address}/${into}`;
  const manifest = await manifestOf(files, into);
  if (!manifest) {
    throw new BundleError(`${where} holds no bundle: there is no manifest.json`, {
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  if (manifest.id !== wanted) throw new BundleError(`${where} is not the bundle ${wanted}`);
  return await verifyBundle(manifest, where, async (path) => (await files.read(`${into}/${path}`))?.bytes);
}

/** The bundles of a store, by id. */
export async function listBundles(files: Files): Promise<KeptBundle[]> {
  const current = await readCurrent(files);
  const manifests = (await files.list('')).filter((key) => /^[0-9a-f]{16}\/manifest\.json$/.test(key));
  const kept: KeptBundle[] = [];
  for (const key of manifests) {
    const manifest = await manifestOf(files, key.slice(0, 16));
    if (!manifest) continue;
    const { id, name, method } = manifest;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    kept.push({ id, name, method, bytes, isCurrent: id === current?.bundle });
  }
  return kept;
}

/**
 * Points a store at a bundle of it.
 * @param wanted its id, or the beginning of it
 * @returns the id
 * @throws BundleError where there is none, or several begin so
 */
export async function activate(files: Files, wanted: string): Promise<string> {
  const found = (await listBundles(files)).filter(({ id }) => id.startsWith(wanted));
  if (found.length !== 1) {
    const what = found.length === 0 ? 'no bundle' : `${found.length} bundles`;
    throw new BundleError(`${files.address} has ${what} whose id begins with ${wanted}`, {
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  return await pointAt(files, () => found[0]!.id);
}

/** Points a store at the bundle that was current before. @returns its id @throws BundleError where there was none */
export function rollback(files: Files): Promise<string> {
  return pointAt(files, (current) => {
    const before = current?.before[0];
    if (before === undefined) throw new BundleError(`${files.address} has had no bundle before this one`);
    return before;
  });
}

/**
 * Removes bundles but for the current one and the last that were current before it.
 * @param keep how many to keep, the current one counted
 * @returns the ids of those removed
 */
export async function prune(files: Files, keep: number): Promise<string[]> {
  const current = await currentOf(files);
  const kept = new Set([current.bundle, ...current.before].slice(0, Math.max(1, keep)));
  const removed: string[] = [];
  for (const { id } of await listBundles(files)) {
    if (kept.has(id)) continue;
    const into = `${folderOf(id)}/`;
    const keys = await files.list(into);
    // The manifest first: what is left of a bundle without one is no bundle.
    await files.remove([`${into}manifest.json`]);
    await files.remove(keys.filter((key) => key !== `${into}manifest.json`));
    removed.push(id);
  }
  return removed;
}

async function pointAt(files: Files, choose: (current: Current | undefined) => string): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const current = await readCurrent(files);
    const id = choose(current);
    if (current?.bundle === id || (await writeCurrent(files, id, current))) return id;
  }
  throw new GoodNetError(`${files.address}/${CURRENT} is being changed by others all the time`, {
    kind: 'environment',
    hint: 'Try again when they are done.',
  });
}

async function currentOf(files: Files): Promise<Current> {
  const current = await readCurrent(files);
  if (current) return current;
  throw new BundleError(`${files.address} is no store: there is no ${CURRENT} in it`, {
    hint: 'Publish a bundle there with goodnet publish BUNDLE --to ADDRESS --activate.',
  });
}

async function manifestOf(files: Files, into: string): Promise<Manifest | undefined> {
  const file = await files.read(`${into}/manifest.json`);
  return (
    file && parseManifest(new TextDecoder().decode(file.bytes), `${files.address}/${into}/manifest.json`)
  );
}
