import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BundleError } from '../errors';
import type { Manifest } from './manifest';
import { writeFileAtomically } from './write';

const currentSchema = z.object({
  format: z.literal('goodnet-store'),
  formatVersion: z.literal(1),
  bundle: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The folder that a bundle has in a store: the first 16 hexadecimal digits of its id. */
export function bundleFolder(store: string, id: string): string {
  return join(store, id.slice(0, 16));
}

/** Makes a bundle the store's current one, in one atomic step; the last thing that a repair writes. */
export async function setCurrent(store: string, manifest: Manifest): Promise<void> {
  const current = { format: 'goodnet-store', formatVersion: 1, bundle: manifest.id };
  await writeFileAtomically(
    join(store, 'current.json'),
    new TextEncoder().encode(`${JSON.stringify(current, null, 1)}\n`),
  );
}

/**
 * The folder of the bundle that a path means: the bundle itself, or the current one of a store.
 * @throws BundleError when it is neither
 */
export async function resolveBundle(
  path: string,
): Promise<{ folder: string; expectedId: string | undefined }> {
  if (await isFile(join(path, 'manifest.json'))) return { folder: path, expectedId: undefined };
  const pointer = join(path, 'current.json');
  const text = await readFile(pointer, 'utf8').catch((cause) => {
    throw new BundleError(
      `${path} is no bundle and no store: neither manifest.json nor current.json is in it`,
      {
        hint: 'Give the folder that goodnet repair wrote with --out.',
        cause,
      },
    );
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new BundleError(`${pointer} is not JSON: it is damaged`, { cause });
  }
  const parsed = currentSchema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BundleError(
      `${pointer} is damaged or of a newer format: ${issue?.path.join('.')}: ${issue?.message}`,
      {
        hint: 'Name one of the bundles in the store instead, or upgrade goodnet.',
      },
    );
  }
  return { folder: bundleFolder(path, parsed.data.bundle), expectedId: parsed.data.bundle };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
