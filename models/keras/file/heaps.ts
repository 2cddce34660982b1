const SIGNATURE = Buffer.from('GCOL\x01\0\0\0', 'latin1');
const HEADER = 16;

/**
 * Whether the objects of every global heap of an HDF5 file (where texts of any length are kept) lie within it. In
 * WebAssembly the library walks on for ever where a damaged one claims a length beyond 32 bits.
 * See the HDF5 file format, III.E "Disk Format: Global Heap".
 */
export function heapsAreWhole(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = file.indexOf(SIGNATURE); at >= 0; at = file.indexOf(SIGNATURE, at + 1)) {
    if (!heapIsWhole(file, at)) return false;
  }
  return true;
}

function heapIsWhole(file: Buffer, start: number): boolean {
  if (start + HEADER > file.length) return false;
  const end = start + Number(file.readBigUInt64LE(start + 8));
  if (end > file.length) return false;
  for (let at = start + HEADER; at + HEADER <= end; ) {
    const index = file.readUInt16LE(at);
    const size = Number(file.readBigUInt64LE(at + 8));
    // Object 0 is the free space, whose length counts its own header.
    const next = at + (index === 0 ? size : HEADER + Math.ceil(size / 8) * 8);
    if (next <= at || next > end) return index === 0 && size === 0;
    at = next;
  }
  return true;
}
