import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError, messageOf } from '../../models/errors';

/** What systems leave in folders without being asked. */
const LITTER = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);

/** A folder's files and folders, hidden ones aside, each sorted by code unit: the same on every machine. */
export interface Listing {
  readonly files: string[];
  readonly folders: string[];
}

/** @throws ImageError where the folder can't be read */
export async function listFolder(path: string): Promise<Listing> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause) => {
    throw new ImageError(`${path} can't be listed: ${messageOf(cause)}`, { cause });
  });
  const listing: Listing = { files: [], folders: [] };
  for (const entry of entries) {
    if (entry.name.startsWith('.') || LITTER.has(entry.name)) continue;
    // A link that leads nowhere stays a file, so that reading it says so.
    const target = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => entry) : entry;
    (target.isDirectory() ? listing.folders : listing.files).push(entry.name);
  }
  listing.files.sort();
  listing.folders.sort();
  return listing;
}

/** All files below a folder, as paths from it: those of a folder first, then those of its folders. */
export async function listFiles(path: string, below = ''): Promise<string[]> {
  const { files, folders } = await listFolder(join(path, below));
  const found = files.map((file) => join(below, file));
  // One by one: so many arguments as a folder may have files are more than a call takes.
  for (const folder of folders)
    for (const file of await listFiles(path, join(below, folder))) found.push(file);
  return found;
}
