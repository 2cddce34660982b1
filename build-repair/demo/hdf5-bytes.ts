import { randomUUID } from 'node:crypto';
import { File, ready } from 'h5wasm';

/**
 * The bytes of an HDF5 file, which is made in memory.
 * @param fill puts groups, datasets and attributes into it
 */
export async function hdf5Bytes(fill: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await ready;
  const path = `/${randomUUID()}.h5`;
  const file = new File(path, 'w');
  try {
    fill(file);
    file.flush();
  } finally {
    file.close();
  }
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}
