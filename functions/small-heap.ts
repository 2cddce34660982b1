import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps V8's young generation as small as it begins, for a process that answers for days and computes in WebAssembly (it
 * would grow to 48 MiB of short-lived garbage). To be called before anything large is imported.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Gives back at once what loading left behind, some 30 MB, in some 10 ms; by itself V8 would wait until its heap has doubled.
 * @param forGood whether the heap is to be kept as small from then on: another 15 MB less, for a tenth of the speed
 */
export function settleHeap({ forGood = false } = {}): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  if (!forGood) setFlagsFromString('--no-optimize-for-size');
}

/**
 * glibc's settings (mallopt(3)): freed memory goes back to the system soon, what is read from the network (64 KiB at a
 * time) among it, and threads share one heap.
 */
export const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '65536',
};

/**
 * Starts the process over in its own place (the same id and streams) with glibc told to keep less freed memory, some
 * 15 MB: it can be told only by the environment, at a process's start. Does nothing the second time, where somebody
 * has set it, and where Node.js can't (before 22.15, or on another system than Linux).
 */
export function restartWithSmallMalloc(): void {
  const { env, execArgv, execPath, argv } = process;
  const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => void };
  if (process.platform !== 'linux' || !execve) return;
  if (Object.keys(env).some((name) => name.startsWith('MALLOC_'))) return;
  execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...MALLOC });
}
