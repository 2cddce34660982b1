import { join } from 'node:path';
import { type Manifest, parseManifest } from '../bundle/manifest';
import { MOST_MANIFEST, readBundleFiles } from '../bundle/read';
import { BundleError, GoodNetError } from '../errors';
import { readRegular } from '../regular';
import { signaturesBeside } from '../signing/folder-signatures';
import type { Signer } from '../signing/keys';
import {
  addSignature,
  checkSigned,
  parseSignatures,
  SIGNATURES,
  type Signatures,
  signaturesText,
} from '../signing/signatures';
import { folderOf } from './bundles';
import { type Files, MOST_BYTES } from './files';
import { holdMeant, resolveBundle } from './folder';
import type { Trust } from './trusted';

/** Files sent at once. */
const AT_ONCE = 6;
/** Another who signs is waited out so many times. */
const TRIES = 8;

/** What a publish is done with. */
export interface PublishOptions {
  /** Told as files are done. */
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Who must have signed the bundle, and where a store is given, that it is current; left out: nobody. */
  readonly trust?: Trust | undefined;
  /** Signs the bundle in the store; signatures that it bears already go with it. */
  readonly signer?: Signer | undefined;
}

/**
 * Puts a bundle into a store: its files first, those that are there already left alone, its manifest last, so that a
 * reader never sees half of it and a broken-off publish goes on where it stopped.
 * @param path the bundle's folder, or a folder store whose current bundle is meant
 * @throws BundleError where the bundle is damaged, or not signed as it should be; GoodNetError `environment` where the store can't be written
 */
export async function publish(
  path: string,
  files: Files,
  { trust, ...options }: PublishOptions = {},
): Promise<Manifest> {
  const resolved = await resolveBundle(path, trust);
  const { folder } = resolved;
  const bundle = await readBundleFiles(folder);
  const { manifest } = bundle;
  holdMeant(manifest.id, resolved);
  const brought = (await signaturesBeside(folder)) ?? [];
  if (trust) checkSigned(manifest.id, brought, trust.keys, folder);
  const text = async () => {
    const read = await readRegular(join(folder, 'manifest.json'), MOST_MANIFEST);
    if (parseManifest(read.toString('utf8'), folder).id === manifest.id) return read;
    throw new BundleError(`${folder} was changed while it was published`, {
      code: 'BUNDLE_CHANGED',
      hint: 'Publish it again.',
    });
  };
  await send(files, { manifest, text, read: bundle.read, brought }, options);
  return manifest;
}

/** A bundle on its way into a store. */
export interface Sent {
  readonly manifest: Manifest;
  /** The bytes of its manifest, asked for once all else is there. */
  text(): Promise<Uint8Array>;
  /** The bytes of one of its files, verified. */
  read(path: string): Uint8Array;
  /** Signatures that it bears already. */
  readonly brought: Signatures;
}

/** Puts a bundle that has been verified into a store, as publish does. @throws GoodNetError `environment` where it can't be written */
export async function send(
  files: Files,
  { manifest, text, read, brought }: Sent,
  { progress = () => {}, signal, signer }: Omit<PublishOptions, 'trust'>,
): Promise<void> {
  const into = folderOf(manifest.id);
  const total = manifest.files.length + 1;
  let done = 0;
  await atOnce(manifest.files, async (file) => {
    signal?.throwIfAborted();
    const key = `${into}/${file.path}`;
    if (!(await files.has(key, file))) await files.write(key, read(file.path), 'any');
    progress(++done, total);
  });
  await sendSignatures(files, manifest.id, brought, signer);
  await files.write(`${into}/manifest.json`, await text(), 'any');
  progress(total, total);
}

/** Does work on several items at once; after a failure the others finish what they do, and begin nothing more. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    try {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Signs a bundle that is in a store; signatures by other keys stay. @throws GoodNetError where it can't be written */
export function signInStore(files: Files, id: string, signer: Signer): Promise<void> {
  return sendSignatures(files, id, [], signer);
}

/** Some signatures, those that the bundle bears in the store, and the signer's: of two who sign, none is lost. */
async function sendSignatures(
  files: Files,
  id: string,
  brought: Signatures,
  signer: Signer | undefined,
): Promise<void> {
  const key = `${folderOf(id)}/${SIGNATURES}`;
  if (!signer && brought.length === 0) return;
  for (let tries = 0; tries < TRIES; tries++) {
    const file = await files.read(key, { maxBytes: MOST_BYTES.signatures });
    const there = file
      ? parseSignatures(new TextDecoder().decode(file.bytes), `${files.address}/${key}`)
      : [];
    const once = [...new Map([...brought, ...there].map((each) => [each.keyId, each])).values()];
    const text = signer ? await addSignature(id, signer, once) : signaturesText(once);
    const condition = file ? { version: file.version } : 'new';
    if (await files.write(key, new TextEncoder().encode(text), condition)) return;
  }
  throw new GoodNetError(`${files.address}/${key} is being changed by others all the time`, {
    code: 'STORE_BUSY',
    hint: 'Try again when they are done.',
  });
}
