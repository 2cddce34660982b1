import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ready } from 'h5wasm';

type Library = Awaited<typeof ready>;

let started: Promise<Library> | undefined;

/**
 * Starts the HDF5 library, once. It runs on a file system of its own that holds nothing but the files put into it:
 * a file from a stranger can't draw in others of this machine (HDF5 knows external links, external storage, and
 * virtual data sets). Its failures throw; left to itself it prints them and gives back whatever lay in memory.
 */
export function startHdf5(): Promise<Library> {
  started ??= ready.then((library) => {
    library.activate_throwing_error_handler();
    const { FS } = library;
    // Its ways to the terminal, and to files that are open, are hidden by folders that are empty.
    for (const folder of ['/dev', '/proc']) FS.mount(FS.filesystems.MEMFS, {}, folder);
    return library;
  });
  return started;
}

/** A file in the library's file system, to be opened by its path there and removed when it is closed. */
export interface PlacedFile {
  readonly path: string;
  /** Its length. */
  readonly bytes: number;
  remove(): void;
}

/** Puts bytes into the library's file system, without copying them. */
export function placeBytes({ FS }: Library, bytes: Uint8Array): PlacedFile {
  const name = `${randomUUID()}.h5`;
  FS.createDataFile('/', name, bytes, true, false, true);
  return { path: `/${name}`, bytes: bytes.length, remove: () => FS.unlink(`/${name}`) };
}

/** A node of Emscripten's file system in memory, as far as it is needed here. */
interface FileNode {
  stream_ops: Readonly<Record<string, unknown>>;
}

/** Lets one file of this machine be read through the library's file system; only what is asked for is read. */
export function placeFile({ FS }: Library, file: string): PlacedFile {
  const name = `${randomUUID()}.h5`;
  const handle = openSync(file, 'r');
  const { size } = fstatSync(handle);
  FS.createDataFile('/', name, new Uint8Array(), true, false, true);
  const node = FS.lookupPath(`/${name}`, {}).node as unknown as FileNode;
  const read = (_: unknown, into: Uint8Array, offset: number, length: number, position: number): number =>
    readSync(handle, into, offset, length, position);
  node.stream_ops = { ...node.stream_ops, read };
  Object.defineProperty(node, 'usedBytes', { get: () => size });
  return {
    path: `/${name}`,
    bytes: size,
    remove() {
      FS.unlink(`/${name}`);
      closeSync(handle);
    },
  };
}
