/** The person pressed Ctrl-C, or the process was asked to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(
    readonly signal: NodeJS.Signals,
    message = 'Interrupted: nothing was written.',
  ) {
    super(message);
  }
}

/**
 * Runs a piece of work that Ctrl-C (SIGINT) or SIGTERM stops between two steps. A second signal ends the process
 * at once.
 * @param left what is told of what the work leaves; by default, that it is nothing
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, left?: string): Promise<T> {
  const controller = new AbortController();
  const once = (signal: NodeJS.Signals) => {
    controller.abort(new Interrupted(signal, left && `Interrupted: ${left}`));
    // From now on the default applies: the next signal ends the process.
    process.off('SIGINT', once);
    process.off('SIGTERM', once);
  };
  process.on('SIGINT', once);
  process.on('SIGTERM', once);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', once);
    process.off('SIGTERM', once);
  }
}
