import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, NetError } from './errors';

const HINT =
  'Weights may lie in files of the net’s own folder, or below it. Export the net again, or save it with its weights inside.';

/**
 * The path of a file in which a net's weights lie besides its own: within its folder, and not by way of a link (CVE-2022-25882,
 * CVE-2024-27318).
 * @param path the net's
 * @param location as the net tells it, with forward slashes
 * @param what the beginning of the refusal, such as `The weights "w" lie`
 * @throws NetError for a location outside the folder, or what is no file
 */
export async function pathBeside(path: string, location: string, what: string): Promise<string> {
  const parts = location.split('/');
  const isInside = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part),
  );
  if (!isInside) {
    throw new NetError(`${what} at ${JSON.stringify(location)}, which is no place within the net's folder`, {
      hint: HINT,
    });
  }
  let at = dirname(path);
  for (const [i, part] of parts.entries()) {
    at = join(at, part);
    const about = await lstat(at).catch((cause) => {
      const hint = 'Copy it beside the net: the net is all of these files.';
      throw new NetError(`The net's weights lie in "${location}", which is not there`, { hint, cause });
    });
    const fits = i < parts.length - 1 ? about.isDirectory() : about.isFile();
    if (!fits)
      throw new NetError(`The net's weights lie in "${location}", which is a link, or no file`, {
        hint: HINT,
      });
  }
  return join(dirname(path), ...parts);
}

/**
 * Reads such a file, but no link to one, that may have come there since it was looked at.
 * @param location as the net tells it, for messages
 * @param check told the file's size before anything is read; throws for one that can't be right
 * @throws NetError where it can't be read
 */
export async function readBeside(
  path: string,
  location: string,
  check: (size: number) => void,
): Promise<Uint8Array> {
  try {
    const file = await open(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      const about = await file.stat();
      if (!about.isFile()) throw new NetError('it is no file');
      check(about.size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof NetError) throw cause;
    throw new NetError(`"${location}", with the net's weights, can't be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
