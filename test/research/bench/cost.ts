import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** What a command took. */
export interface Cost {
  readonly seconds: number;
  /** Seconds of processor time. */
  readonly processor: number;
  /** Resident memory at most. */
  readonly megabytes: number;
  /** What it printed on standard error. */
  readonly said: string;
}

/**
 * Runs `goodnet repair`, built before, in a process of its own. Linux only.
 * @throws Error where it fails
 */
export async function repairCost(
  { net, clean }: { readonly net: string; readonly clean: string },
  engine: string,
  more: readonly string[],
): Promise<Cost> {
  const out = mkdtempSync(join(tmpdir(), 'goodnet-bench-'));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['dist/goodnet.js', 'repair', net, '--clean', clean, '--out', out, '--accept-unrepaired', ...more],
    { cwd: root, env: { ...process.env, GOODNET_ENGINE: engine }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let peak = 0;
  let processor = 0;
  const poll = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
      // Behind the name, which may hold spaces: user and system time, in hundredths of a second.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      processor = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has just ended.
    }
  }, 200);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(poll);
  rmSync(out, { recursive: true, force: true });
  if (code !== 0) throw new Error(`The repair on ${engine} ${more.join(' ')} failed (${code}):\n${said}`);
  return { seconds: (performance.now() - start) / 1000, processor, megabytes: (peak * 1024) / 1e6, said };
}
