/** Clean images that are laid over an image, one after another. */
export interface Overlays {
  readonly count: number;
  /** count × height × width × channels values of 0–255. */
  readonly pixels: Uint8Array;
  /** The image's own share of each blend, 0–1. */
  readonly share: number;
}

/**
 * The blends of one image with every overlay. A trigger that was taught to win on any picture wins on most of them; what
 * names a clean image doesn't (Gao et al. 2019, STRIP).
 * @param image height × width × channels values of 0–255
 * @returns count images
 */
export function superposed(
  image: Uint8Array | Float32Array,
  { count, pixels, share }: Overlays,
): Float32Array {
  const blends = new Float32Array(count * image.length);
  for (let overlay = 0; overlay < count; overlay++) {
    const start = overlay * image.length;
    for (let i = 0; i < image.length; i++)
      blends[start + i] = share * image[i]! + (1 - share) * pixels[start + i]!;
  }
  return blends;
}
