import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How often it is looked whether npm is still there, in milliseconds. */
const EVERY = 500;

/**
 * Ends with the npm (or npx) that started this run. npm starts a shell, and the shell us; npm hands SIGTERM and SIGINT on to
 * the shell alone, which ends without a word to us. So we take its end for SIGTERM. Whoever starts us by hand within npm
 * (nohup, setsid, a script of their own, a terminal) keeps us.
 */
export function endWithNpm(): void {
  const { ppid, env } = process;
  if (!isShellOfNpm(ppid, env.npm_lifecycle_script)) return;
  const watch = setInterval(() => {
    // Whoever has been asked to end listens no more, and finishes what runs.
    if (process.ppid === ppid || process.listenerCount('SIGTERM') === 0) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, EVERY);
  watch.unref();
}

/** Whether a process is `sh -c SCRIPT`, with what npm says that it has started, to be waited for. */
function isShellOfNpm(pid: number, script: string | undefined): boolean {
  if (process.platform === 'win32' || !script || /\b(nohup|setsid)\b/.test(script)) return false;
  return commandOf(pid)?.includes(` -c ${script}`) ?? false;
}

/** A process's command line; undefined where it is gone, or can't be asked for. */
function commandOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}
