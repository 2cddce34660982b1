import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GoodNetError, messageOf } from '../errors';

/**
 * Looks whether a folder can be written to, or made, before the work whose result it is to hold. Nothing is made.
 * @throws GoodNetError `environment` where it can't
 */
export async function checkWritableFolder(folder: string): Promise<void> {
  let nearest = resolve(folder);
  for (;;) {
    const found = await stat(nearest).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' && dirname(nearest) !== nearest) return undefined;
      throw unusable(folder, messageOf(cause), cause);
    });
    if (found) {
      if (!found.isDirectory()) throw unusable(folder, `${nearest} is no folder`);
      break;
    }
    nearest = dirname(nearest);
  }
  await access(nearest, constants.W_OK | constants.X_OK).catch((cause) => {
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
