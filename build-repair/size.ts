import { UsageError } from '../models/errors';
import type { ImageSize } from '../models/keras';

/** How a size is written: one number for both sides, or height x width. */
export const SIZE = /^([1-9]\d{0,4})(?:[x×]([1-9]\d{0,4}))?$/;

/**
 * Reads the size of images, in pixels.
 * @param text `224`, or `120x160` for a height of 120 and a width of 160
 * @throws UsageError for anything else
 */
export function parseSize(text: string): ImageSize {
  const [, height, width = height] = SIZE.exec(text) ?? [];
  if (height === undefined) {
    throw new UsageError(`${text || 'Nothing'} is no size of images`, {
      hint: 'Give one number, such as 224, or height x width, such as 120x160.',
    });
  }
  return { height: Number(height), width: Number(width) };
}
