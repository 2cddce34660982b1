/**
 * Waits to be asked to stop: by Ctrl-C (SIGINT) or SIGTERM. From then on the default applies again: a second signal
 * ends the process at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const each of signals) process.off(each, stop);
      resolve(signal);
    };
    for (const each of signals) process.on(each, stop);
  });
}
