import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { ImageError, messageOf } from '../../models/errors';
import type { SkippedImage } from '../../models/images/set';
import { valueAt } from '../../models/present';
import { specialKind } from '../../models/regular';
import { nameOf, pathOf } from './names';

/** What systems leave in folders without being asked: those of Windows, macOS, and of Synology and QNAP with thumbnails in them. */
const LITTER = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '$recycle.bin',
  'system volume information',
  '__macosx',
  'lost+found',
  '@eadir',
  '#recycle',
  '@recycle',
  '@__thumb',
]);

/** A folder's files and folders, hidden ones aside, each sorted by code unit: the same on every machine. */
export interface Listing {
  readonly files: string[];
  readonly folders: string[];
}

/**
 * A walk through a folder. Each folder is read once, by its own name where it lies within; links to folders are followed
 * only where that reads something new, and named pipes, sockets and devices are passed over.
 */
export class Walk {
  /** What was passed over so far, and why. */
  readonly ignored: SkippedImage[] = [];
  readonly #real: Map<string, string>;
  readonly #seen: Set<string>;
  readonly #peeked = new Map<string, Listing>();

  private constructor(
    readonly path: string,
    private readonly root: string,
  ) {
    this.#real = new Map([['', root]]);
    this.#seen = new Set([root]);
  }

  static async start(path: string): Promise<Walk> {
    return new Walk(path, await realOf(path).catch(() => resolve(path)));
  }

  /**
   * @param below a folder that an earlier listing told, as a path from where the walk began
   * @throws ImageError where the folder can't be read
   */
  async list(below = ''): Promise<Listing> {
    const peeked = this.#peeked.get(below);
    if (peeked) {
      this.#peeked.delete(below);
      return peeked;
    }
    const path = join(this.path, below);
    const listing: Listing = { files: [], folders: [] };
    for (const entry of await entriesOf(path)) {
      const name = nameOf(Buffer.from(entry.name));
      if (isHidden(name)) continue;
      const own = join(path, name);
      // A link that leads nowhere stays a file, so that reading it says so.
      const target = entry.isSymbolicLink() ? await stat(pathOf(own)).catch(() => undefined) : entry;
      const special = target && specialKind(target);
      if (special) this.ignored.push({ name: own, reason: `it is ${special}` });
      else if (!target?.isDirectory()) listing.files.push(name);
      else if (await this.#isNew(below, name, entry.isSymbolicLink())) listing.folders.push(name);
    }
    listing.files.sort();
    listing.folders.sort();
    return listing;
  }

  /** What `list` will tell of a folder, which is read only once. @throws ImageError where the folder can't be read */
  async peek(below: string): Promise<Listing> {
    const listing = await this.list(below);
    this.#peeked.set(below, listing);
    return listing;
  }

  /** All files below a folder, as paths from it: those of a folder first, then those of its folders. */
  async files(below = '', from = below): Promise<string[]> {
    const { files, folders } = await this.list(below);
    const found = files.map((file) => relativePath(from, join(below, file)));
    // One by one: so many arguments as a folder may have files are more than a call takes.
    for (const folder of folders)
      for (const file of await this.files(join(below, folder), from)) found.push(file);
    return found;
  }

  async #isNew(below: string, name: string, isLink: boolean): Promise<boolean> {
    const own = join(this.path, below, name);
    const real = isLink ? await realOf(own) : join(valueAt(this.#real, below), name);
    const why = isLink ? this.#whyNotFollowed(real) : undefined;
    if (why === undefined && !this.#seen.has(real)) {
      this.#seen.add(real);
      this.#real.set(join(below, name), real);
      return true;
    }
    const what = isLink ? 'it is a link to' : 'it is';
    this.ignored.push({ name: own, reason: `${what} ${why ?? 'a folder that is read already'}` });
    return false;
  }

  #whyNotFollowed(real: string): string | undefined {
    if (isWithin(real, this.root)) return 'a folder above';
    const isOwn = isWithin(this.root, real) && !relative(this.root, real).split(sep).some(isHidden);
    return isOwn ? 'a folder that is read by its own name' : undefined;
  }
}

/** All files below a folder, as paths from it. */
export async function listFiles(path: string): Promise<string[]> {
  return (await Walk.start(path)).files();
}

async function entriesOf(path: string): Promise<Dirent<Buffer>[]> {
  const entries = await readdir(pathOf(path), { withFileTypes: true, encoding: 'buffer' }).catch((cause) => {
    throw new ImageError(`${path} can't be listed: ${messageOf(cause)}`, {
      code: 'IMAGES_UNREADABLE',
      cause,
    });
  });
  // The system gives them in any order; which link comes first decides what is followed.
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || LITTER.has(name.toLowerCase());
}

async function realOf(path: string): Promise<string> {
  return nameOf(await realpath(pathOf(path), { encoding: 'buffer' }));
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function relativePath(from: string, path: string): string {
  return from === '' ? path : path.slice(from.length + 1);
}
