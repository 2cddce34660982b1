import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { printed } from '../cli';
import { root } from './place';

const run = promisify(execFile);
const program = join(root, 'dist/goodnet.js');

/**
 * Runs the built `goodnet` to its end.
 * @returns the last line that it printed
 * @throws Error with all that it said, where it fails
 */
export async function goodnet(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return await lastLine(process.execPath, [program, ...args], env);
}

/** The same by the entry point of the repair container. */
export async function inContainer(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const entry = join(root, 'scripts/container/entry.sh');
  return await lastLine(entry, args, { ...env, GOODNET_HOME: root });
}

async function lastLine(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(file, args, { env, maxBuffer: 2 ** 26 }).catch((error) => {
    throw new Error(`goodnet ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`);
  });
  return stdout.trim().split('\n').at(-1)!;
}

/** Starts `goodnet serve` on a free port. */
export async function serve(
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, [program, 'serve', ...args, '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await printed(child, /http:\/\/127\.0\.0\.1:\d+/);
  return {
    url,
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
