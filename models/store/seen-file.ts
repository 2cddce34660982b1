import { basename, dirname } from 'node:path';
import * as z from 'zod';
import { BundleError, messageOf } from '../errors';
import { type Seen, seenHere } from '../signing/seen';
import type { StoredFile } from './files';
import { folderFiles } from './folder-files';
import '../zod-without-jit';

/** Another process that writes it is waited out so many times. */
const TRIES = 8;
/** The longest such file: of some hundred thousand stores. */
const MOST_BYTES = 2 ** 24;

const schema = z.object({
  format: z.literal('goodnet-seen'),
  formatVersion: z.literal(1),
  /** The highest serials that were seen, by the stores' addresses. */
  stores: z.record(z.string(), z.int()),
});

/**
 * Serials that are known from one run to the next, in a file that several processes may share.
 * @param least what counts as seen of every store from the beginning
 * @param say told once where it can't be written: serials are then known as long as the process lives
 * @throws from `note` BundleError where the file is damaged or can't be read: nobody knows then what was seen
 */
export function seenIn(file: string, say: (line: string) => void, least = 0): Seen {
  const files = folderFiles(dirname(file));
  const key = basename(file);
  const here = seenHere(least);
  let isReported = false;

  const kept = async () => {
    const found = await files.read(key, { maxBytes: MOST_BYTES }).catch((cause) => {
      throw new BundleError(
        `${file}, which tells what was current before, can't be read: ${messageOf(cause)}`,
        {
          kind: 'environment',
          hint: 'GOODNET_SEEN names another file; see docs/security.md.',
          cause,
        },
      );
    });
    return { version: found?.version, stores: found ? parse(found, file) : {} };
  };
  const serialIn = (stores: Record<string, number>, store: string) =>
    Object.hasOwn(stores, store) ? stores[store] : undefined;

  async function keep(store: string, serial: number): Promise<number | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { version, stores } = await kept();
      const known = serialIn(stores, store) ?? 0;
      if (known >= serial) return known > serial ? known : undefined;
      const content = { format: 'goodnet-seen', formatVersion: 1, stores: { ...stores, [store]: serial } };
      const bytes = new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`);
      try {
        if (await files.write(key, bytes, version === undefined ? 'new' : { version })) return undefined;
      } catch (error) {
        if (!isReported) say(`What was seen can't be kept for the next run: ${messageOf(error)}`);
        isReported = true;
        return undefined;
      }
    }
    return undefined;
  }

  return {
    async newest(store) {
      const known = [await here.newest(store), serialIn((await kept()).stores, store)];
      const serials = known.filter((serial) => serial !== undefined);
      return serials.length > 0 ? Math.max(...serials) : undefined;
    },
    note: async (store, serial) => (await here.note(store, serial)) ?? (await keep(store, serial)),
  };
}

function parse({ bytes }: StoredFile, file: string): Record<string, number> {
  const hint =
    'Mend it; or remove it, and what is current is believed as if it were seen for the first time.';
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes))).stores;
  } catch (cause) {
    throw new BundleError(`${file}, which tells what was current before, is damaged`, { hint, cause });
  }
}
