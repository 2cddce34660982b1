import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, File } from 'h5wasm/node';
import { writeHdf5 } from './write-hdf5';

const N = 4;
const data = { data: new Uint8Array(N * 48).fill(77), shape: [N, 4, 4, 3] };
const label = { data: Int32Array.from([0, 1, 2, 0]), shape: [N] };
let written = 0;
const next = (folder: string) => join(folder, `hostile-set${++written}.h5`);

/** A set with one more dataset that nothing is written to: of so many rows, in chunks. */
async function claiming(
  folder: string,
  columns: Parameters<typeof writeHdf5>[1],
  name: string,
  rows: { dtype: string; count: number; rest?: number[]; chunk: number; gzip: boolean },
): Promise<string> {
  const path = await writeHdf5(next(folder), columns);
  const { dtype, count, rest = [], chunk, gzip } = rows;
  const file = new File(path, 'a');
  file.create_dataset({
    name,
    data: dtype === '<i4' ? new Int32Array(0) : new Uint8Array(0),
    dtype,
    shape: [0, ...rest],
    maxshape: [null, ...rest],
    chunks: [chunk, ...rest],
    ...(gzip ? { compression: 'gzip' as const } : {}),
  });
  (file.get(name) as Dataset).resize([count, ...rest]);
  file.close();
  return path;
}

/** A kilobyte or a few that claims pixels of 6 GB, 4 × 4 × 3 each. */
export const claimingPixels = (folder: string, gzip: boolean) =>
  claiming(folder, { label }, 'data', { dtype: '<B', count: 125_000_000, rest: [4, 4, 3], chunk: 64, gzip });

/** A set of four images whose labels are kept in a chunk of 2 GB. */
export const labelsInOneChunk = (folder: string) =>
  claiming(folder, { data }, 'label', { dtype: '<i4', count: N, chunk: 500_000_000, gzip: true });

/** A set whose images are each in a group of its own by `group`, the first of which has a long name. */
export async function groupsByText(folder: string, count: number, length: number): Promise<string> {
  return await writeHdf5(next(folder), {
    data: { data: new Uint8Array(count * 48), shape: [count, 4, 4, 3] },
    label: { data: new Int32Array(count), shape: [count] },
    group: {
      data: ['x'.repeat(length), ...Array.from({ length: count - 1 }, (_, i) => `g${i}`)],
      shape: [count],
    },
  });
}

/** Makes each entry of `group` name the first one's text: 4 bytes of length, 8 where, 4 which. @param path see groupsByText */
export function repeated(path: string, count: number, textLength: number): string {
  const bytes = readFileSync(path);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(textLength);
  // The entries lie together, so the first is followed by that of a text of two characters.
  let at = bytes.indexOf(length);
  while (bytes.readUInt32LE(at + 16) !== 2) at = bytes.indexOf(length, at + 1);
  const first = bytes.subarray(at, at + 16);
  for (let i = 1; i < count; i++) first.copy(bytes, at + i * 16);
  writeFileSync(`${path}.more.h5`, bytes);
  return `${path}.more.h5`;
}
