/** What was to be done took longer than it may; it is left to itself. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

/**
 * Waits for work, but no longer than it may take: one piece that never ends is not to hold up the others.
 * @param what said in the error
 * @throws TooSlow
 */
export async function within<T>(milliseconds: number, what: string, work: () => Promise<T>): Promise<T> {
  if (milliseconds <= 0) throw new TooSlow('No time is left for it');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tell = () => reject(new TooSlow(`${what} takes over ${milliseconds / 1000} seconds`));
    timer = setTimeout(tell, milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
