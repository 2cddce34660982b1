import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from '../../models/errors';
import { checkOutput } from '../writable';

/** `--report FILE`: a path; false for `--no-report`; undefined for the default place. */
export interface ReportFlags {
  readonly report?: string | false;
}

/** How a report's page tells that GoodNet made it. */
const OURS = '<meta name="generator" content="GoodNet ';
const HEAD_BYTES = 4096;

/** Adds `--report` and `--no-report`. @param place where it goes by default, in words */
export function reportOption(command: Command, place: string): Command {
  return command
    .option('--report <file>', `where the report goes, one HTML page; left out: ${place}`)
    .option('--no-report', 'write no report');
}

/**
 * Where the report goes; to be asked before the work.
 * @param inputs what the command reads, which is not to be written over
 * @returns undefined for no report
 * @throws UsageError where a file of somebody else's is in the default place, or an input in the given one; GoodNetError where none can be written
 */
export async function reportPath(
  { report }: ReportFlags,
  usual: string,
  inputs: readonly string[] = [],
): Promise<string | undefined> {
  if (report === false) return undefined;
  if (typeof report === 'string') {
    await checkOutput(report, inputs);
    return report;
  }
  if (await isForeign(usual)) {
    throw new UsageError(`${usual} is there already, and is no report of GoodNet's`, {
      code: 'OUTPUT_EXISTS',
      hint: 'Say where the report goes with --report FILE, or leave it out with --no-report.',
    });
  }
  await checkOutput(usual);
  return usual;
}

async function isForeign(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return !buffer.toString('utf8', 0, bytesRead).includes(OURS);
  } catch {
    return true;
  } finally {
    await file.close();
  }
}
