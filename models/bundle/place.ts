import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GoodNetError, messageOf } from '../errors';

/**
 * Looks whether a folder can be written to, or made, before the work whose result it is to hold. Nothing is made.
 * @throws GoodNetError `environment` where it can't
 */
export async function checkPlace(folder: string): Promise<void> {
  let place = resolve(folder);
  for (;;) {
    const found = await stat(place).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' && dirname(place) !== place) return undefined;
      throw unusable(folder, messageOf(cause), cause);
    });
    if (found) {
      if (!found.isDirectory()) throw unusable(folder, `${place} is no folder`);
      break;
    }
    place = dirname(place);
  }
  await access(place, constants.W_OK | constants.X_OK).catch((cause) => {
    throw unusable(folder, messageOf(cause), cause);
  });
}

function unusable(folder: string, why: string, cause?: unknown): GoodNetError {
  return new GoodNetError(`Nothing can be written to ${folder}: ${why}`, {
    code: 'OUTPUT_UNWRITABLE',
    hint: 'Give another place, or make that one writable.',
    cause,
  });
}
