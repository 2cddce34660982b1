import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../../../models/errors';
import type { RowFormat, ScreenTotals } from '../../index';
import { checkOutput, targetOf } from '../../writable';
import { EXIT, ExitWithCode } from '../exit';
import { dataNameOption, parseLayout } from '../image-flags';
import { Interrupted, interruptible } from '../interrupt';
import { whole } from '../options';
import { openOutput, rowsToStdout } from '../output';
import { ProgressLines } from '../progress-lines';
import { seenOf, trustOf } from '../trust';

interface ScreenFlags {
  out?: string;
  format?: string;
  dataName?: string;
  layout?: string;
  workers?: number;
  trust?: string[];
  tags?: boolean;
  results?: string;
  quarantine?: string;
  exitCode?: boolean;
}

/** `goodnet screen BUNDLE PATH… [--out FILE.csv|.jsonl] [--workers N]` */
export function screenCommand(): Command {
  return new Command('screen')
    .description('give a verdict on every image of files, folders, HDF5 and NumPy sets and s3:// prefixes')
    .argument('<bundle>', 'a bundle, or the store that holds it; a store may be s3://bucket/prefix')
    .argument('<paths...>', 'images, folders of images, HDF5 or NumPy sets, s3://bucket/prefix')
    .option('--out <file>', 'write to a .csv or .jsonl file; a run that was stopped goes on where it was')
    .option('--format <name>', 'csv or jsonl; left out: what --out ends in, else csv')
    .addOption(dataNameOption())
    .option('--layout <order>', 'of an HDF5 file, where both fit: channels-first or channels-last')
    .option(
      '--workers <number>',
      'processes that look at images at once; left out: one a core',
      whole(1, 256),
    )
    .option(
      '--trust <key...>',
      'only with a bundle that one of these keys has signed, and that it is current: files, or ARNs in KMS; left out: GOODNET_TRUST',
    )
    .option('--tags', 'tag objects in S3 with their verdict')
    .option('--results <address>', 'write a JSON result for each object in S3 below s3://bucket/prefix')
    .option('--quarantine <address>', 'move backdoored objects in S3 to below s3://bucket/prefix')
    .option(
      '--exit-code',
      `for pipelines: exit with ${EXIT.backdoored} where an image is backdoored, else with ${EXIT.unreadable} where one could not be read; with 0 only where all are clean`,
    )
    .action(async (bundle: string, paths: string[], flags: ScreenFlags) => {
      const format = formatOf(flags);
      const lines = new ProgressLines();
      const totals = await screenAll(bundle, paths, flags, format, lines);
      const clean = totals.images - totals.backdoored - totals.errors;
      lines.say(
        `${totals.images} ${totals.images === 1 ? 'image' : 'images'}: ${totals.backdoored} backdoored, ${clean} clean, ${totals.errors} unreadable`,
      );
      if (flags.exitCode && clean < totals.images)
        throw new ExitWithCode(totals.backdoored > 0 ? EXIT.backdoored : EXIT.unreadable);
    });
}

/** `goodnet screen-worker`: what `screen` starts, one a core. */
export function screenWorkerCommand(): Command {
  return new Command('screen-worker').action(async () => {
    if (!process.send) throw new UsageError('screen-worker is started by goodnet screen');
    await (await import('../../screen/worker')).runWorker();
  });
}

async function screenAll(
  bundle: string,
  paths: readonly string[],
  flags: ScreenFlags,
  format: RowFormat,
  lines: ProgressLines,
): Promise<ScreenTotals> {
  const { out, dataName, workers, tags, results, quarantine } = flags;
  const layout = parseLayout(flags.layout);
  if (out !== undefined) await checkOutput(out, paths);
  const keys = trustOf(flags.trust);
  const file = out === undefined || out === '-' ? undefined : await targetOf(out);
  const stream = file ? file.isStream && (await openOutput(out)) : rowsToStdout(format);
  const { screen } = await import('../../library/screen');
  const totals = await interruptible((signal) =>
    screen({
      bundle,
      paths,
      out: stream ? stream.write : out,
      format,
      dataName,
      layout,
      workers,
      trust: keys.length > 0 ? keys : undefined,
      seen: keys.length > 0 ? seenOf(lines.say) : undefined,
      tags,
      results,
      quarantine,
      onProgress: lines.report,
      onNotice: lines.say,
      signal,
    }),
  ).catch((error) => {
    const isLeft = file && !stream && existsSync(`${file.path}.part`);
    if (!(error instanceof Interrupted && isLeft)) throw error;
    throw new Interrupted(
      error.signal,
      `Interrupted: ${out}.part has what was done; the same command goes on.`,
    );
  });
  if (stream) await stream.finish();
  return totals;
}

function formatOf({ out, format }: ScreenFlags): RowFormat {
  const wanted = format ?? (out === undefined || out === '-' ? 'csv' : out.slice(out.lastIndexOf('.') + 1));
  if (wanted === 'csv' || wanted === 'jsonl') return wanted;
  throw new UsageError(
    format === undefined
      ? `--out ${out}: a name ending in .csv or .jsonl is wanted`
      : `--format ${format}: csv or jsonl is wanted`,
  );
}
