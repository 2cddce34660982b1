import { isMainThread } from 'node:worker_threads';

/** Whether modes of files can hold tests back: root they don't, and only a process's main thread can be somebody else. */
export const canBeHeldBack = process.platform !== 'win32' && (process.geteuid?.() !== 0 || isMainThread);

/** Does work as somebody whom modes hold back. */
export async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid!(65534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
