import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program of its own process, which is spoken with by messages. */
export class Child {
  private readonly child: ChildProcess;

  /** @param file a program in TypeScript, beside this one */
  constructor(file: string, args: readonly string[] = []) {
    const program = new URL(file, import.meta.url).pathname;
    this.child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', program, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Waits for what it tells next. @throws Error where it ends before, or takes longer than so many seconds */
  async told<T>(seconds: number): Promise<T> {
    const late = AbortSignal.timeout(seconds * 1000);
    const ended = once(this.child, 'exit', { signal: late }).then(([code, signal]) => {
      throw new Error(`it ended with ${code ?? signal}`);
    });
    const told = once(this.child, 'message', { signal: late });
    try {
      const [message] = await Promise.race([told, ended]);
      return message as T;
    } catch (error) {
      if (late.aborted) throw new Error(`no answer in ${seconds} s`);
      throw error;
    } finally {
      ended.catch(() => {});
      told.catch(() => {});
    }
  }

  async ask<T>(message: string, seconds: number): Promise<T> {
    const told = this.told<T>(seconds);
    this.child.send(message);
    return await told;
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}
