import { createHash } from 'node:crypto';
import { inOrder } from '../images/in-order';
import type { Progress } from '../progress';
import type { Pool } from './pool';
import type { Portion, Source } from './portions';
import type { ScreenRow } from './screener';

/** What a screening came to. */
export interface ScreenTotals {
  readonly images: number;
  readonly backdoored: number;
  readonly errors: number;
  /** Picture files of another size than the net takes, and how many of these of another shape. */
  readonly others?: { readonly size: number; readonly shape: number } | undefined;
}

/** How far a screening is: what it goes on from after it was stopped. */
export interface Checkpoint {
  readonly portions: number;
  /** Of the names of all images so far: other images can't be gone on with. */
  readonly names: string;
  readonly totals: ScreenTotals;
}

/** Takes the rows, in the images' order. */
export interface Rows {
  /** Where an earlier run stopped. */
  readonly from?: Checkpoint;
  write(rows: readonly ScreenRow[]): Promise<void>;
  /** All rows up to here are written. */
  reached(checkpoint: Checkpoint): Promise<void>;
  /** The images are others than those of the earlier run: what it wrote is void. */
  restart(): Promise<void>;
}

const START: Checkpoint = { portions: 0, names: '', totals: { images: 0, backdoored: 0, errors: 0 } };

/**
 * Gives a verdict on every image of the sources; an image that can't be read is a row with its error.
 * @throws what the pool throws; the signal's reason when it is aborted, all rows of whole portions written
 */
export async function screen(
  pool: Pool,
  sources: readonly Source[],
  rows: Rows,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal },
): Promise<ScreenTotals> {
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  let reached = START;
  let portions = allOf(sources);
  if (rows.from) {
    const skipped = await skip(portions, rows.from.portions);
    if (skipped === rows.from.names) reached = rows.from;
    else {
      await rows.restart();
      portions = allOf(sources);
    }
  }
  for await (const done of inOrder(portions, pool.width, (portion) => pool.screen(portion))) {
    signal?.throwIfAborted();
    if (done.status === 'rejected') throw done.reason;
    await rows.write(done.value);
    reached = {
      portions: reached.portions + 1,
      names: withNames(reached.names, done.item),
      totals: added(reached.totals, done.value),
    };
    await rows.reached(reached);
    progress({ stage: 'Screening', done: reached.totals.images, total });
  }
  return reached.totals;
}

async function* allOf(sources: readonly Source[]): AsyncGenerator<Portion, void, void> {
  for (const source of sources) yield* source.portions();
}

/** Passes over portions that were looked at before. @returns what tells their images from others */
async function skip(portions: AsyncGenerator<Portion, void, void>, count: number): Promise<string> {
  let names = '';
  for (let i = 0; i < count; i++) {
    const { value, done } = await portions.next();
    if (done) return '';
    names = withNames(names, value);
  }
  return names;
}

function withNames(before: string, { names }: Portion): string {
  return createHash('sha256')
    .update(JSON.stringify([before, names]))
    .digest('hex');
}

function added(totals: ScreenTotals, rows: readonly ScreenRow[]): ScreenTotals {
  return {
    images: totals.images + rows.length,
    backdoored: totals.backdoored + rows.filter((row) => 'verdict' in row && row.verdict.backdoored).length,
    errors: totals.errors + rows.filter((row) => 'error' in row).length,
    others: {
      size: (totals.others?.size ?? 0) + rows.filter((row) => 'other' in row && row.other).length,
      shape:
        (totals.others?.shape ?? 0) + rows.filter((row) => 'other' in row && row.other === 'shape').length,
    },
  };
}
