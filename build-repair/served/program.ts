import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command line's program, where it was started as such: other processes are started by it. */
export const started: { program?: string } = {};

/** The program that other processes are started by: the one that runs, or, for the library, the command line beside it; none from source. */
export function goodnetProgram(): string | undefined {
  if (started.program !== undefined) return started.program;
  const beside = fileURLToPath(new URL('goodnet.js', import.meta.url));
  return existsSync(beside) ? beside : undefined;
}
