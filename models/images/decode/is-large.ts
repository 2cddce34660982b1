import type { Outline } from './outline';

/** Beyond so many pixels a decode takes long, and much memory. */
const MANY = 2 ** 21;

/**
 * Whether an image takes long to decode, or much memory, or may: most of many pixels do; a JPEG of one pass is read a few rows at a
 * time, and made smaller as it is read.
 */
export function isLarge({ size, isOnePass }: Outline): boolean {
  return !isOnePass && (size === undefined || size.width * size.height > MANY);
}
