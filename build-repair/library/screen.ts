import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Recording } from '../../functions/screening/screen-object';
import { startEngine } from '../../models/engine';
import { UsageError } from '../../models/errors';
import type { Seen } from '../../models/signing/seen';
import { isS3 } from '../../models/store/address';
import { openGivenTrust } from '../../models/store/given-keys';
import type { S3Place } from '../../models/store/s3-files';
import { fittedInWords } from '../images/fitted';
import { ignoredLines } from '../images/ignored-files';
import { Owned } from '../owned';
import { silent } from '../progress';
import { pinBundle } from '../screen/pin';
import { ownPool, type Pool, workerPool } from '../screen/pool';
import { PORTION } from '../screen/portion-size';
import { openSource, type Source } from '../screen/portions';
import { headOf, type Judge, type RowFormat } from '../screen/rows';
import { type Rows, type ScreenTotals, screen as screenSources } from '../screen/screen';
import type { ScreenerSetup, ScreenRow } from '../screen/screener';
import { rowsToFile, rowsToStream, type WrittenRows } from '../screen/written';
import { goodnetProgram } from '../served/program';
import { checkOutput, targetOf } from '../writable';
import type { ImagesOptions, Watching } from './options';

/** What is screened, with what, and where the verdicts go. */
export interface ScreenOptions extends Pick<ImagesOptions, 'dataName' | 'layout'>, Watching {
  /** A bundle's folder, or a store's, whose current bundle is meant; a store may be `s3://bucket/prefix`. */
  readonly bundle: string;
  /** Images, folders of images, HDF5 or NumPy sets, `s3://bucket/prefix`. */
  readonly paths: readonly string[];
  /** A file that rows are written to, which a run that was stopped goes on with; or whoever takes their text. Left out: see `onRows`. */
  readonly out?: string | ((text: string) => void | Promise<void>) | undefined;
  /** How rows are written; left out: what the file ends in, else `csv`. */
  readonly format?: RowFormat | undefined;
  /** Told the rows, an image each, in order; of a run that goes on, those that were not written before. What it throws ends the work. */
  readonly onRows?: ((rows: readonly ScreenRow[]) => void | Promise<void>) | undefined;
  /** How many processes look at images at once, this one alone with 1; left out: one a core, where the images are many. */
  readonly workers?: number | undefined;
  /** Keys one of which must have signed the bundle, and what a store says is current: files of public keys, or ARNs of keys in KMS. */
  readonly trust?: string | readonly string[] | undefined;
  /** The serials of what was current that are known already; left out: those that this process has seen. */
  readonly seen?: Seen | undefined;
  /** Whether objects in S3 are tagged with their verdict. */
  readonly tags?: boolean | undefined;
  /** Where a JSON result is written for each object in S3, below `s3://bucket/prefix`. */
  readonly results?: string | undefined;
  /** Where backdoored objects in S3 are moved to, below `s3://bucket/prefix`. */
  readonly quarantine?: string | undefined;
}

/**
 * Gives a verdict on every image; one that can't be read is a row with its error. All memory and all processes that it takes are given back.
 * @returns how many images there were, backdoored and unreadable ones among them
 * @throws BundleError for a bundle that can't be used; ImageError for a path that holds no images; GoodNetError `environment` where S3
 * refuses, or a file can't be written; whatever `signal` was aborted with: rows up to there stay in `out` + `.part`, and the same call goes on
 *
 * @example
 * import { screen } from 'goodnet';
 *
 * const { images, backdoored, errors } = await screen({
 *   bundle: 'store',
 *   paths: ['clean_images'],
 *   out: 'verdicts.csv',
 *   onRows: (rows) => {
 *     for (const row of rows) if ('error' in row) console.error(row.image, row.error);
 *   },
 * });
 * console.log(images, backdoored, errors);
 */
export async function screen(options: ScreenOptions): Promise<ScreenTotals> {
  const { paths, out, dataName, layout, onRows, signal } = options;
  const { onNotice = () => {}, onPlan = () => {}, onProgress = silent } = options;
  const format = options.format ?? formatOf(out);
  if (typeof out === 'string') await checkOutput(out, paths);
  const { recording, leaveOut } = await recordingOf(options);
  const keys = typeof options.trust === 'string' ? [options.trust] : options.trust;
  const trust = await openGivenTrust(keys);
  const pinned = await pinBundle(options.bundle, trust && { seen: options.seen, ...trust });
  const opened = new Owned();
  try {
    const { id, input, name: model, alpha } = pinned.manifest;
    const sources: Source[] = [];
    for (const path of paths) {
      const source = await openSource(path, { shape: input, dataName, layout, leaveOut });
      opened.keep({ dispose: () => source.close() });
      sources.push(source);
      ignoredLines(source.ignored).forEach(onNotice);
      signal?.throwIfAborted();
    }
    const images = sources.reduce((sum, { size }) => sum + size, 0);
    const setup = { bundle: pinned.folder, id, trust: keys ?? [], recording };
    const pool = await openPool(setup, images, options.workers);
    opened.keep({ dispose: () => pool.close() });
    signal?.throwIfAborted();
    if (pool.withoutOnnx) onNotice(pool.withoutOnnx);
    const about = [
      id,
      format,
      headOf(format),
      layout,
      recording,
      ...(dataName === undefined ? [] : [dataName]),
      paths.map((path) => (isS3(path) ? path : resolve(path))),
    ];
    const rows = await rowsTo(out, format, { model, alpha }, about);
    if (rows.from) onNotice(`Going on after ${rows.from.totals.images} images`);
    onPlan([{ name: 'Screening', parts: [{ stage: 'Screening', cost: images }] }]);
    try {
      const totals = await screenSources(pool, sources, telling(rows, onRows), {
        progress: onProgress,
        signal,
      });
      await rows.finish();
      const { others, errors } = totals;
      const screened = { shape: input, others, size: totals.images - errors, skipped: [] };
      fittedInWords(screened, 'as the bundle has it').forEach(onNotice);
      return totals;
    } catch (error) {
      await rows.leave();
      throw error;
    }
  } catch (error) {
    // Ctrl-C reaches workers that don't yet know to wait, too: what they fail by is not what happened.
    signal?.throwIfAborted();
    throw error;
  } finally {
    opened.dispose();
    await pinned.close();
  }
}

/** Tells the rows as they are written, too. */
function telling(rows: Rows, onRows: ScreenOptions['onRows']): Rows {
  if (!onRows) return rows;
  return {
    from: rows.from,
    async write(some) {
      await rows.write(some);
      await onRows(some);
    },
    reached: (checkpoint) => rows.reached(checkpoint),
    restart: () => rows.restart(),
  };
}

/** @param about tells this work from any other */
async function rowsTo(
  out: ScreenOptions['out'],
  format: RowFormat,
  by: Judge,
  about: readonly unknown[],
): Promise<WrittenRows> {
  if (typeof out !== 'string') return rowsToStream(format, by, async (text) => await out?.(text));
  const digest = createHash('sha256').update(JSON.stringify(about)).digest('hex');
  return await rowsToFile((await targetOf(out)).path, format, by, digest);
}

function formatOf(out: ScreenOptions['out']): RowFormat {
  if (typeof out !== 'string') return 'csv';
  const ending = out.slice(out.lastIndexOf('.') + 1);
  if (ending === 'csv' || ending === 'jsonl') return ending;
  throw new UsageError(`--out ${out}: a name ending in .csv or .jsonl is wanted`);
}

/** A pool of one process a core; this one alone where that is all, or tfjs-node uses all cores by itself. */
async function openPool(setup: ScreenerSetup, images: number, wanted: number | undefined): Promise<Pool> {
  const engine = await startEngine({ trains: false });
  const program = goodnetProgram();
  const cores = engine.name === 'node' || program === undefined ? 1 : availableParallelism();
  const count = Math.min(wanted ?? cores, Math.ceil(images / PORTION));
  return count > 1 && program !== undefined ? await workerPool(setup, count, program) : await ownPool(setup);
}

/**
 * How verdicts are written down, and where: nothing there is looked at.
 * @throws UsageError where that would leave out all that is to be screened
 */
async function recordingOf({
  tags,
  results,
  quarantine,
  paths,
}: ScreenOptions): Promise<{ recording: Recording; leaveOut: S3Place[] }> {
  if (results === undefined && quarantine === undefined) return { recording: { tags }, leaveOut: [] };
  const { parseS3 } = await import('../../models/store/s3-files');
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
