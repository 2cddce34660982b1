import { GoodNetError } from '../../models/errors';
import type { UploadedObject } from '../uploads/s3';
import { judge } from './judge';
import { record, type ScreenedObject, type ScreenedWith } from './record';

export type { Recording, ScreenedObject, ScreenedWith, ScreeningOutcome } from './record';

/** An object that another came in place of is judged anew so many times. */
const LOOKS = 8;

/** An object is replaced faster than it is screened: whoever does so may try for ever, the others are not to wait. */
export class NeverSettled extends GoodNetError {
  override readonly name = 'NeverSettled';
}

/**
 * Gives a verdict on one object and writes it down. The same object again gives the same result in the same place. What
 * is written down is of what was read: of its version or, where there are none, of what is still there afterwards; what
 * came in its place meanwhile is judged anew. Of several that were there, one that was moved away is told.
 * @throws what S3 throws where it is worth trying again; GoodNetError where what is flagged can't be moved safely, or
 * nothing can be tagged; NeverSettled
 */
export async function screenObject(object: UploadedObject, by: ScreenedWith): Promise<ScreenedObject> {
  let moved: ScreenedObject | undefined;
  for (let looks = 0; looks < LOOKS; looks++) {
    const judged = await judge(object, by);
    const { screened, isSettled } = await record(judged, by);
    // Where nobody named a version, what is left there now is to be judged, too: a newer object, or an older version.
    const isTaken = screened.movedTo !== undefined && object.versionId === undefined;
    if (isTaken) moved ??= screened;
    else if (isSettled) return moved ?? screened;
  }
  throw new NeverSettled(`${object.key} in ${object.bucket} is replaced faster than it is screened`, {
    kind: 'environment',
    hint: 'Screen it again.',
  });
}
