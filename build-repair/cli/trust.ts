import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import {
  leastSerial,
  openTrust,
  type Seen,
  type Signing,
  seenIn,
  type Trust,
  trustedByName,
} from '../library/keys';
import { signerOf } from './start';

/**
 * The keys that are trusted: those of `--trust`, else those of GOODNET_TRUST; none where every bundle is.
 * @throws UsageError as trustedByName
 */
export function trustOf(given: readonly string[] | undefined): readonly string[] {
  return given && given.length > 0 ? given : trustedByName(process.env.GOODNET_TRUST);
}

/**
 * Opens the keys, and what was seen of the stores that they sign.
 * @param say told where what was seen can't be kept
 * @returns undefined where no key is named
 * @throws GoodNetError where a key can't be had
 */
export async function openTrusted(
  keys: readonly string[],
  say: (line: string) => void,
): Promise<Trust | undefined> {
  return keys.length === 0 ? undefined : { keys: await openTrust(keys), seen: seenOf(say) };
}

/**
 * What signs that a bundle is current; undefined where neither `--sign` nor GOODNET_SIGN names a key.
 * @param trusted keys whose word on what was current is believed, too
 * @throws GoodNetError where a key can't be had
 */
export async function openSigning(
  flag: string | undefined,
  trusted: readonly string[],
  say: (line: string) => void,
): Promise<Signing | undefined> {
  const signer = await signerOf(flag);
  return (
    signer && {
      signer,
      trusted: await openTrust(trusted),
      seen: seenOf(say),
    }
  );
}

/**
 * What was seen of stores, kept in a file; GOODNET_LEAST_SERIAL counts as seen of all.
 * @param say told where it can't be kept
 */
export function seenOf(say: (line: string) => void): Seen {
  return seenIn(seenFile(), say, leastSerial(process.env.GOODNET_LEAST_SERIAL));
}

/** GOODNET_SEEN, or a file among what programs keep for the user (XDG Base Directory Specification). */
function seenFile(): string {
  const given = process.env.XDG_STATE_HOME ?? '';
  const state = isAbsolute(given) ? given : join(homedir(), '.local', 'state');
  return process.env.GOODNET_SEEN || join(state, 'goodnet', 'seen.json');
}
