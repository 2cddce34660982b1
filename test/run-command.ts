import { GoodNetError } from '../models/errors';

/** Runs a command of the research: trouble is told in a line, and ends with 2 where it was asked wrongly, else with 1. @throws errors that are none of ours */
export async function runCommand(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof GoodNetError)) throw error;
    console.error([error.message, error.hint].filter(Boolean).join('. '));
    process.exitCode = error.kind === 'usage' ? 2 : 1;
  }
}
