import { homedir } from 'node:os';
import { join } from 'node:path';
import { openTrust, trustedByName } from '../../models/signing/signatures';
import { seenIn } from '../../models/store/seen-file';
import type { Trust } from '../../models/store/trusted';

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
  return keys.length === 0 ? undefined : { keys: await openTrust(keys), seen: seenIn(seenFile(), say) };
}

/** GOODNET_SEEN, or a file among what programs keep for the user (XDG Base Directory Specification). */
function seenFile(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return process.env.GOODNET_SEEN || join(state, 'goodnet', 'seen.json');
}
