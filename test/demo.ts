import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache/goodnet-demo');

/**
 * Puts into a folder what `goodnet demo` makes there, `demo-out`. It takes a minute, and comes out the same each time: it is run
 * once for a built program, by the first test that asks.
 * @returns what it printed
 */
export async function demoIn(folder: string): Promise<string> {
  const made = join(cache, ofProgram());
  while (!existsSync(made)) await (mayMake(made) ? make(made) : setTimeout(200));
  cpSync(join(made, 'demo-out'), join(folder, 'demo-out'), { recursive: true });
  return readFileSync(join(made, 'printed'), 'utf8');
}

async function make(made: string): Promise<void> {
  const making = `${made}.${process.pid}`;
  mkdirSync(making);
  const program = [join(root, 'dist/goodnet.js'), 'demo'];
  const env = { ...process.env, GOODNET_ENGINE: 'wasm' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: making, env });
    writeFileSync(join(making, 'printed'), stdout);
    for (const old of readdirSync(cache))
      if (/^[0-9a-f]+$/.test(old)) rmSync(join(cache, old), { recursive: true });
    renameSync(making, made);
  } finally {
    rmSync(making, { recursive: true, force: true });
    rmSync(lockOf(made));
  }
}

const lockOf = (made: string) => `${made}.lock`;

/** Whether it is this process that makes it; one that ended meanwhile no longer does. */
function mayMake(made: string): boolean {
  const lock = lockOf(made);
  mkdirSync(dirname(lock), { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (existsSync(lock) && !isRunning(Number(readFileSync(lock, 'utf8')))) rmSync(lock, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Tells the built program, what it is built of and the net that it repairs from others. */
function ofProgram(): string {
  const hash = createHash('sha256');
  for (const file of ['demo/badnet.h5', 'package-lock.json']) hash.update(readFileSync(join(root, file)));
  const files = readdirSync(join(root, 'dist'), { withFileTypes: true }).filter((each) => each.isFile());
  for (const { name } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(name).update(readFileSync(join(root, 'dist', name)));
  return hash.digest('hex').slice(0, 16);
}
