import { stat } from 'node:fs/promises';
import { GoodNetError, messageOf } from '../models/errors';

/** What is told where a file can't be written. */
export function cannotWrite(path: string, cause: unknown): GoodNetError {
  return new GoodNetError(`${path} can't be written: ${messageOf(cause)}`, {
    kind: 'environment',
    hint: 'Check that its folder is there and writable.',
    cause,
  });
}

/** @throws GoodNetError `environment` where a folder is in the place of a file that is to be written */
export async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw cannotWrite(path, new Error('it is a folder'));
}
