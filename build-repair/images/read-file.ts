import { ImageError, messageOf } from '../../models/errors';
import {
  decodeRenderings,
  otherType,
  RENDERINGS,
  type Rendered,
  SNIFF_BYTES,
  sniffImage,
} from '../../models/images/decode';
import type { ImageShape } from '../../models/images/set';
import { openRegular } from '../../models/regular';
import type { Rendering } from '../../models/verdict';
import { pathOf } from './names';

const MAX_BYTES = 2 ** 28;

/**
 * Reads and decodes one image file.
 * @param wanted the renderings to make of an image that isn't opaque, by default all
 * @returns one picture, or each rendering that is wanted
 * @throws Error (any) whose message says what is wrong with the image, without naming it
 */
export async function readImageFile(
  path: string,
  shape: ImageShape,
  wanted: readonly Rendering[] = RENDERINGS,
): Promise<Rendered[]> {
  const file = await openRegular(pathOf(path));
  try {
    const { size } = await file.stat();
    // Not a byte more is read of what is no image, be it ever so long.
    const head = Buffer.alloc(Math.min(size, SNIFF_BYTES));
    await file.read(head, 0, head.length, 0);
    if (size > 0 && !sniffImage(head))
      throw new ImageError(`it is ${otherType(head)}`, { code: 'IMAGE_UNSUPPORTED_TYPE' });
    if (size > MAX_BYTES)
      throw new ImageError(`it is ${size} bytes long; the most is ${MAX_BYTES}`, { code: 'IMAGE_TOO_LARGE' });
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return await decodeRenderings(bytes.subarray(0, bytesRead), shape, {}, wanted);
  } finally {
    await file.close();
  }
}

/** Why an image could not be read, in the middle of a sentence. */
export function unreadable(error: unknown): string {
  const message = messageOf(error).replace(/^The image/, 'it');
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it may not be read (permission denied)';
  return message;
}
