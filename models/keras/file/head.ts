import { open } from 'node:fs/promises';

const HEAD = 512;

/** A file's first bytes: none of one that can't be read. */
export async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch(() => undefined);
  try {
    const head = Buffer.alloc(HEAD);
    const { bytesRead } = (await file?.read(head, 0, HEAD, 0)) ?? { bytesRead: 0 };
    return head.subarray(0, bytesRead);
  } finally {
    await file?.close();
  }
}
