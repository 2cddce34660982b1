import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { Dataset, File, ready } from 'h5wasm/node';

/** Numbers with their shape, in numpy's order. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What is stored of a net: images as it takes them, and what Keras answered to them. */
export interface Stored {
  readonly x: Numbers;
  readonly y: Numbers;
}

/**
 * Opens a file of stored answers: for a net at PATH below the folder, the arrays `PATH/x` and `PATH/y`.
 * @param path of an .npz (np.savez), or of an HDF5 file
 * @returns looks a net up by its path; undefined where nothing is stored of it
 * @throws Error for an array of another kind than float32, float64 or uint8
 */
export async function openReference(path: string): Promise<(net: string) => Stored | undefined> {
  const find = path.endsWith('.npz') ? inNpz(path) : await inHdf5(path);
  return (net) => {
    const [x, y] = [find(`${net}/x`), find(`${net}/y`)];
    return x && y ? { x, y } : undefined;
  };
}

function inNpz(path: string): (name: string) => Numbers | undefined {
  const files = unzipSync(readFileSync(path));
  return (name) => {
    const bytes = files[`${name}.npy`];
    return bytes && npy(bytes, name);
  };
}

async function inHdf5(path: string): Promise<(name: string) => Numbers | undefined> {
  await ready;
  const file = new File(path, 'r');
  return (name) => {
    const entry = file.get(name);
    if (!(entry instanceof Dataset)) return undefined;
    return { shape: entry.shape!, values: Float32Array.from(entry.value as ArrayLike<number>, Number) };
  };
}

const KINDS: Readonly<Record<string, (buffer: ArrayBuffer) => ArrayLike<number>>> = {
  '<f4': (buffer) => new Float32Array(buffer),
  '<f8': (buffer) => new Float64Array(buffer),
  '|u1': (buffer) => new Uint8Array(buffer),
};

/** An array as np.save writes it: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
function npy(bytes: Uint8Array, name: string): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [length, start] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  const kind = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const sides = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  const read = KINDS[kind];
  if (!read || sides === undefined || !header.includes("'fortran_order': False")) {
    throw new Error(`${name}: an array of ${kind} can't be read; store float32 in C order`);
  }
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  return { shape, values: Float32Array.from(read(bytes.slice(start + length).buffer as ArrayBuffer)) };
}
