import { printable } from '../../models/printable';

/** What is noted of an error that nobody foresaw. */
export interface Defect {
  readonly message: string;
  readonly stack?: string;
  readonly cause?: Defect;
}

/**
 * An error as it may be logged: its words and where it came from. What else libraries hang on their errors (requests with
 * their credentials, bodies, pixels) is left out.
 */
export function defectOf(error: unknown): Defect {
  if (!(error instanceof Error)) return { message: `a ${typeof error} was thrown` };
  const { name, message, stack, cause } = error;
  return {
    message: `${name}: ${message}`,
    stack: stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(cause instanceof Error ? { cause: defectOf(cause) } : {}),
  };
}

/** The same as lines of text, fit for a terminal. */
export function defectText(error: unknown): string {
  const lines: string[] = [];
  for (let defect: Defect | undefined = defectOf(error); defect; defect = defect.cause) {
    lines.push(
      `${lines.length > 0 ? 'Caused by ' : ''}${defect.message}`,
      ...(defect.stack ? [defect.stack] : []),
    );
  }
  return printable(lines.join('\n'));
}
