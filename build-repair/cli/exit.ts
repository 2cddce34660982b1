/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** `screen --exit-code`: an image or more is backdoored. */
  backdoored: 3,
  /** `screen --exit-code`: none is backdoored, but not all could be read. */
  unreadable: 4,
  /** As a shell tells it of SIGINT, Ctrl-C. */
  interrupted: 130,
  /** Likewise, of SIGTERM. */
  terminated: 143,
} as const;

/** The work is done, and its outcome is told by an exit code; nothing went wrong. */
export class ExitWithCode extends Error {
  override readonly name = 'ExitWithCode';
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}
