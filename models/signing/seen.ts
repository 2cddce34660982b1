import { BundleError, UsageError } from '../errors';

/** The highest serials of what is current that were seen, by the stores' addresses. */
export interface Seen {
  /** The highest serial that was seen; undefined where none was. */
  newest(store: string): Promise<number | undefined>;
  /**
   * Takes note of a serial.
   * @returns the highest one that was seen before, where it is higher
   */
  note(store: string, serial: number): Promise<number | undefined>;
}

/**
 * Serials that are known as long as the process lives.
 * @param least what counts as seen of every store from the beginning
 */
export function seenHere(least = 0): Seen {
  const known = new Map<string, number>();
  return {
    newest: async (store) => known.get(store) ?? (least > 0 ? least : undefined),
    async note(store, serial) {
      const before = known.get(store) ?? least;
      if (before > serial) return before;
      known.set(store, serial);
      return undefined;
    },
  };
}

/**
 * The serial that counts as seen from the beginning, as GOODNET_LEAST_SERIAL tells it; 0 where that is not set.
 * @throws UsageError where it is none
 */
export function leastSerial(given: string | undefined): number {
  if (/^\d{0,15}$/.test(given ?? '')) return Number(given ?? '');
  throw new UsageError(`GOODNET_LEAST_SERIAL is ${given}`, {
    hint: 'Give a serial as goodnet activate prints it, or leave it out.',
  });
}

/** Holds that a serial is not lower than one that was seen. @throws BundleError where it is */
export async function checkSerial(seen: Seen, store: string, serial: number, where: string): Promise<void> {
  const newer = await seen.note(store, serial);
  if (newer === undefined) return;
  throw new BundleError(
    `${where} is older (serial ${serial}) than one that was seen before (${newer}): it has been put back`,
    {
      code: 'STORE_PUT_BACK',
      hint: 'Look who may write there; goodnet activate ID --store ADDRESS --sign KEY makes current what is meant.',
    },
  );
}

/** What this process has seen, where nobody keeps more. */
export const seenByUs = seenHere();
