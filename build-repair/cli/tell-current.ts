import type { Signed, Signing } from '../library/keys';
import { print, printError } from './print';

/** Takes note of what is signed, to be told once it is done. */
export function telling(signing: Signing | undefined): {
  signing: Signing | undefined;
  signed: () => Signed | undefined;
} {
  let signed: Signed | undefined;
  const onSigned = (what: Signed) => {
    signed = what;
  };
  return { signing: signing && { ...signing, onSigned }, signed: () => signed };
}

/** Tells what is current now; where a signed bundle was made so without a key, that those who trust keys refuse it. */
export async function tellCurrent(
  address: string,
  id: string,
  what: string,
  signed: Signed | undefined,
): Promise<void> {
  if (signed) {
    print(`${what}, signed by ${signed.keyId} (serial ${signed.serial})`);
    if (signed.isForgotten)
      printError(
        'What was current before was not signed by who is trusted, or put back: rollback knows none before this one.',
      );
    return;
  }
  print(what);
  const { openStore } = await import('../library/store');
  if (((await (await openStore(address)).signersOf(id)) ?? []).length > 0) {
    printError(
      'The bundle is signed, but not that it is current: readers that trust keys refuse it. Give the key with --sign.',
    );
  }
}
