import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest } from '../../models/bundle/manifest';
import { BundleError } from '../../models/errors';
import { MODEL_NAME } from '../../models/model-name';
import { isS3 } from '../../models/store/address';
import { folderOf, manifestOf } from '../../models/store/bundles';
import { readCurrent } from '../../models/store/current';
import { resolveBundle } from '../../models/store/folder';
import { type OpenStoreFiles, openStoreFiles } from '../../models/store/open-store-files';
import { checkCurrent, type Trust } from '../../models/store/trusted';

/**
 * The model that a path is by itself, a bundle or a store, by its name, which is its net's; undefined where the path is none.
 * @throws BundleError where its manifest is damaged
 */
export async function soleModel(
  path: string,
  open: OpenStoreFiles = openStoreFiles,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (!isS3(path))
    return (await isBundleOrStore(path)) ? new Map([[await nameOfNet(path), path]]) : undefined;
  const files = await open(path);
  const current = await readCurrent(files);
  if (!current) return undefined;
  const manifest = await manifestOf(files, folderOf(current.bundle));
  return new Map([[addressable(manifest?.name ?? ''), path]]);
}

/**
 * The models in a path, each called by its folder: one in each folder that is a store or a bundle.
 * @returns each model's folder by its name, in the order of the names
 * @throws BundleError where there is no such folder
 */
export async function modelsBelow(
  path: string,
  open: OpenStoreFiles = openStoreFiles,
): Promise<ReadonlyMap<string, string>> {
  if (isS3(path)) return await modelsInS3(path, open);
  const entries = await readdir(path, { withFileTypes: true }).catch((cause) => {
    throw new BundleError(`${path} can't be read: it is no folder, or not there`, {
      code: 'STORE_NOT_FOUND',
      hint: 'Give the folder that goodnet repair wrote with --out, or a folder of such folders.',
      cause,
    });
  });
  const found = new Map<string, string>();
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (MODEL_NAME.test(name) && (await isBundleOrStore(join(path, name)))) found.set(name, join(path, name));
  }
  return found;
}

/** What a model's folder points at now. */
export interface PointedAt {
  /** Changes with the bundle. */
  readonly version: string;
  /** Undefined where the folder is a bundle itself. */
  readonly id: string | undefined;
}

/**
 * What a model's folder points at now.
 * @param how.trust where given, what is current is held to it
 * @param how.isStore whether, with trust, it must be a store: a bundle by itself says nothing of which model it is, nor whether it
 * is the newest
 * @throws BundleError where there is none, or it is not signed so
 */
export async function currentVersion(
  folder: string,
  {
    open = openStoreFiles,
    trust,
    isStore = false,
  }: { open?: OpenStoreFiles; trust?: Trust | undefined; isStore?: boolean } = {},
): Promise<PointedAt> {
  if (isS3(folder)) {
    const files = await open(folder);
    const current = await readCurrent(files);
    if (current && trust) await checkCurrent(files, current, trust);
    return { version: current?.bundle ?? '', id: current?.bundle };
  }
  const { folder: bundle, expectedId } = await resolveBundle(folder, trust);
  if (bundle !== folder) return { version: expectedId ?? '', id: expectedId };
  if (trust && isStore) {
    throw new BundleError(
      `${folder} is a bundle by itself: that it is the current one of its model is not signed`,
      {
        code: 'BUNDLE_UNTRUSTED',
        hint: 'Make a store of it: goodnet publish BUNDLE --to ADDRESS --sign KEY --activate.',
      },
    );
  }
  return { version: bundle, id: undefined };
}

async function modelsInS3(address: string, open: OpenStoreFiles): Promise<ReadonlyMap<string, string>> {
  const files = await open(address);
  const names = (await files.folders()).filter((name) => MODEL_NAME.test(name));
  const isStore = await Promise.all(names.map((name) => files.modified(`${name}/current.json`)));
  const root = address.replace(/\/+$/, '');
  return new Map(names.filter((_, i) => isStore[i] !== undefined).map((name) => [name, `${root}/${name}`]));
}

async function nameOfNet(path: string): Promise<string> {
  const manifest = join((await resolveBundle(path)).folder, 'manifest.json');
  const text = await readFile(manifest, 'utf8').catch((cause) => {
    throw new BundleError(`${manifest} can't be read`, {
      code: 'BUNDLE_DAMAGED',
      hint: 'Fetch the bundle again, or make it anew with goodnet repair.',
      cause,
    });
  });
  return addressable(parseManifest(text, manifest).name);
}

/** A name that can stand in an address. */
function addressable(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return plain.slice(0, 128) || 'model';
}

async function isBundleOrStore(folder: string): Promise<boolean> {
  for (const name of ['manifest.json', 'current.json']) {
    const isThere = await stat(join(folder, name)).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}
