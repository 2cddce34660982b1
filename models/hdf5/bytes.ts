import { randomUUID } from 'node:crypto';
import { File } from 'h5wasm';
import { startHdf5 } from './library';

/**
 * The bytes of an HDF5 file, which is made in memory.
 * @param fill puts groups, datasets and attributes into it
 */
export async function hdf5Bytes(fill: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await startHdf5();
  const path = `/${randomUUID()}.h5`;
  const file = new File(path, 'w');
  try {
    try {
      fill(file);
      file.flush();
    } finally {
      file.close();
    }
    return FS.readFile(path);
  } finally {
    FS.unlink(path);
  }
}
