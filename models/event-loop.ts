/** As many bytes as are looked through at one go, some milliseconds of it. */
export const BYTES_AT_A_TIME = 2 ** 20;

/** Lets the event loop do what else there is. */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Looks bytes through to their end, a piece at a time. @param through `goOn` looks at so many, and tells whether any are left */
export async function inSteps(through: { goOn(many: number): boolean }): Promise<void> {
  while (through.goOn(BYTES_AT_A_TIME)) await letOthersRun();
}
