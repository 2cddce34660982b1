import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Recording } from '../../../functions/screening/screen-object';
import { UsageError } from '../../../models/errors';
import { isS3 } from '../../../models/store/address';
import type { S3Place } from '../../../models/store/s3-files';
import { fittedInWords } from '../../images/fitted';
import { passedOverLines } from '../../images/passed-over';
import { PORTION } from '../../screen/portion-size';
import type { Source } from '../../screen/portions';
import { headOf, type Judge, type RowFormat } from '../../screen/rows';
import type { ScreenTotals } from '../../screen/screen';
import type { ScreenerSetup } from '../../screen/screener';
import type { WrittenRows } from '../../screen/written';
import { targetOf } from '../../writable';
import { EXIT, ExitWithCode } from '../exit';
import { dataNameOption, parseLayout } from '../image-flags';
import { Interrupted, interruptible } from '../interrupt';
import { whole } from '../options';
import { checkOutput, openOutput } from '../output';
import { ProgressLines } from '../progress-lines';
import { openTrusted, trustOf } from '../trust';

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
  const { dataName } = flags;
  const layout = parseLayout(flags.layout);
  if (flags.out !== undefined) await checkOutput(flags.out, paths);
  const { recording, leaveOut } = await recordingOf(flags, paths);
  const { pinBundle } = await import('../../screen/pin');
  const { openSource } = await import('../../screen/portions');
  const { screen } = await import('../../screen/screen');
  const keys = trustOf(flags.trust);
  const pinned = await pinBundle(bundle, await openTrusted(keys, lines.say));
  const close: (() => void)[] = [];
  try {
    const { id, input, name: model, alpha } = pinned.manifest;
    const sources: Source[] = [];
    for (const path of paths) {
      const source = await openSource(path, { shape: input, dataName, layout, leaveOut });
      close.push(() => source.close());
      sources.push(source);
      passedOverLines(source.passedOver).forEach(lines.say);
    }
    const images = sources.reduce((sum, { size }) => sum + size, 0);
    const pool = await openPool({ bundle: pinned.folder, id, trust: keys, recording }, images, flags.workers);
    close.push(() => pool.close());
    if (pool.withoutOnnx) lines.say(pool.withoutOnnx);
    const about = [
      id,
      format,
      headOf(format),
      layout,
      recording,
      ...(dataName === undefined ? [] : [dataName]),
      paths.map((path) => (isS3(path) ? path : resolve(path))),
    ];
    const what = createHash('sha256').update(JSON.stringify(about)).digest('hex');
    const rows = await rowsTo(flags.out, format, { model, alpha }, what);
    if (rows.from) lines.say(`Going on after ${rows.from.totals.images} images`);
    try {
      const totals = await interruptible((signal) =>
        screen(pool, sources, rows, { progress: lines.report, signal }),
      );
      await rows.finish();
      const screened = {
        shape: input,
        others: totals.others,
        size: totals.images - totals.errors,
        skipped: [],
      };
      fittedInWords(screened, 'as the bundle has it').forEach(lines.say);
      return totals;
    } catch (error) {
      const isLeft = await rows.leave();
      if (!(error instanceof Interrupted && isLeft)) throw error;
      throw new Interrupted(
        error.signal,
        `Interrupted: ${flags.out}.part has what was done; the same command goes on.`,
      );
    }
  } finally {
    for (const each of close) each();
    await pinned.close();
  }
}

/** Rows to where `--out` tells. @param about tells this work from any other */
async function rowsTo(
  out: string | undefined,
  format: RowFormat,
  by: Judge,
  about: string,
): Promise<WrittenRows> {
  const { rowsToFile, rowsToStdout, rowsToStream } = await import('../../screen/written');
  if (out === undefined || out === '-') return rowsToStdout(format, by);
  const target = await targetOf(out);
  if (!target.isStream) return rowsToFile(target.path, format, by, about);
  const output = await openOutput(out);
  return rowsToStream(format, by, output.write, output.finish);
}

/** A pool of one process a core; this one alone where that is all, or tfjs-node uses all cores by itself. */
async function openPool(setup: ScreenerSetup, images: number, asked: number | undefined) {
  const { startEngine } = await import('../../../models/engine');
  const { ownPool, workerPool } = await import('../../screen/pool');
  const engine = await startEngine({ trains: false });
  const cores = engine.name === 'node' ? 1 : availableParallelism();
  const count = Math.min(asked ?? cores, Math.ceil(images / PORTION));
  return count > 1 ? await workerPool(setup, count, process.argv[1]!) : await ownPool(setup);
}

/**
 * How verdicts are written down, and where: nothing there is looked at.
 * @throws UsageError where that would leave out all that is to be screened
 */
async function recordingOf(
  { tags, results, quarantine }: ScreenFlags,
  paths: readonly string[],
): Promise<{ recording: Recording; leaveOut: S3Place[] }> {
  if (results === undefined && quarantine === undefined) return { recording: { tags }, leaveOut: [] };
  const { parseS3 } = await import('../../../models/store/s3-files');
  const placeOf = (flag: string, address: string | undefined): S3Place | undefined => {
    if (address === undefined) return undefined;
    const place = parseS3(address);
    const covered = paths.filter(isS3).find((path) => {
      const { bucket, prefix } = parseS3(path);
      return bucket === place.bucket && prefix.startsWith(place.prefix);
    });
    if (covered === undefined) return place;
    throw new UsageError(`${flag} ${address}: ${covered} lies in it, and nothing in it is screened`, {
      hint: 'Name a prefix of its own, such as s3://bucket/results.',
    });
  };
  const recording = {
    tags,
    results: placeOf('--results', results),
    quarantine: placeOf('--quarantine', quarantine),
  };
  return {
    recording,
    leaveOut: [recording.results, recording.quarantine].filter((each) => each !== undefined),
  };
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
