/** As many bytes as are looked through at one go, some milliseconds of it. */
export const BREATH_BYTES = 2 ** 20;

/** Lets the event loop do what else there is. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Looks bytes through to their end, with a breath now and then. @param through `goOn` looks at so many, and tells whether any are left */
export async function inBreaths(through: { goOn(many: number): boolean }): Promise<void> {
  while (through.goOn(BREATH_BYTES)) await breath();
}
