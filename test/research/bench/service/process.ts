import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

/** A server of its own process, which has said where it is. */
export interface Server {
  readonly url: string;
  /** VmRSS, in units of 10⁶ bytes; Linux only. */
  residentMb(): number;
  /** Time of processor cores that it has taken, in milliseconds; Linux only. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** `goodnet serve`, as users start it. @param node the Node.js that runs it */
export function startGoodnet(
  store: string,
  more: readonly string[] = [],
  node = process.execPath,
): Promise<Server> {
  return start(node, ['dist/goodnet.js', 'serve', store, '--port', '0', ...more]);
}

/** A program in TypeScript that says where it listens. */
export function startProgram(file: string, args: readonly string[]): Promise<Server> {
  return start(process.execPath, ['--import', 'tsx', file, ...args]);
}

async function start(node: string, args: readonly string[]): Promise<Server> {
  const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    url: await listening(child),
    residentMb() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return (Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024) / 1e6;
    },
    cpuMs() {
      // proc(5): utime and stime, in hundredths of a second, behind the name in brackets.
      const [utime, stime] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .split(') ')[1]!
        .split(' ')
        .slice(11);
      return 10 * (Number(utime) + Number(stime));
    },
    stop() {
      child.kill();
      return ended;
    },
  };
}

/** Waits for the line that names the server's address. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const url = /http:\S+/.exec(text)?.[0];
      if (url) resolve(url);
    });
    child.on('close', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}
