import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a run of the command line came to. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run of the command line that goes on. */
export interface Running extends ChildProcess {
  readonly ended: Promise<Ran>;
  /** What it has said on standard error. */
  said(): string;
}

/** Starts `goodnet` as a user would: the built command, in a process of its own (`npm test` builds it first). */
export function start(...args: string[]): Running {
  const child = spawn(process.execPath, ['dist/goodnet.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return Object.assign(child, { ended, said: () => err });
}

/** Runs `goodnet` to its end. */
export function goodnet(...args: string[]): Promise<Ran> {
  return start(...args).ended;
}

/** Waits until a process has printed something. */
export function printed(child: ChildProcess, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (more: string) => {
      text += more;
      const found = what.exec(text);
      if (found) resolve(found[0]);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('close', () => reject(new Error(`it ended without printing ${what}:\n${text}`)));
  });
}

/** Every file below a folder, by its path, as hexadecimal text. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [file, readFileSync(join(folder, file)).toString('hex')]),
  );
}
