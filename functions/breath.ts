/** As many bytes as are looked through at one go, some milliseconds of it. */
export const BREATH_BYTES = 2 ** 20;

/** Lets the event loop do what else there is. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
