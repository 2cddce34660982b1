import { basename } from 'node:path';
import { ImageError } from '../errors';
import { Blocks } from '../hdf5/blocks';
import type { NumberRows } from '../hdf5/rows';
import { copyImage, type Layout } from './layout';
import { RangeLook, rescaling, unitInWords } from './range';
import { type ImageBatch, type ImageSet, type ImageShape, imageSize, type SkippedImage } from './set';

/** Blocks, spread over the set, that are looked through to tell the range of its values. */
const LOOKED_AT = 4;

/** What is known of each row. */
export interface RowColumns {
  readonly labels: Int32Array | undefined;
  readonly trueLabels: Int32Array | undefined;
  readonly groups: readonly string[] | undefined;
}

/**
 * A set whose images are the rows of one array of numbers.
 * @param path where it is, for messages
 * @param close called once, when the set is closed
 * @throws ImageError where the values look like another range than 0–255; while reading, for a value outside
 */
export function rowsSet(
  path: string,
  rows: NumberRows,
  { labels, trueLabels, groups }: RowColumns,
  how: { readonly shape: ImageShape; readonly layout: Layout; readonly skipBad: boolean },
  close: () => void = () => {},
): ImageSet {
  const { shape, layout, skipBad } = how;
  refuseUnitRange(rows);

  let skipped: SkippedImage[] = [];
  let closed = false;
  async function* batches(batchSize: number): AsyncGenerator<ImageBatch, void, void> {
    skipped = [];
    const blocks = new Blocks(rows);
    const size = imageSize(shape);
    for (let start = 0; start < rows.count; start += batchSize) {
      const end = Math.min(start + batchSize, rows.count);
      const pixels = new (rows.isUint8 ? Uint8Array : Float32Array)((end - start) * size);
      const kept: number[] = [];
      for (let row = start; row < end; row++) {
        const { values, from } = blocks.at(row);
        const bad = copyImage(values, from, pixels, kept.length * size, shape, layout);
        if (bad === undefined) kept.push(row);
        else if (skipBad) skipped.push({ name: `${path}#${row}`, reason: outside(bad) });
        else {
          throw new ImageError(`${rows.name}: row ${row}: ${outside(bad)}`, {
            hint: '--skip-bad leaves such images out.',
          });
        }
      }
      if (kept.length === 0) continue;
      const taken = <T>(all: ArrayLike<T> | undefined) => all && kept.map((row) => all[row]!);
      const taken32 = (all: Int32Array | undefined) => all && Int32Array.from(kept, (row) => all[row]!);
      yield {
        pixels: pixels.subarray(0, kept.length * size),
        labels: taken32(labels),
        trueLabels: taken32(trueLabels),
        groups: taken(groups),
        names: kept.map((row) => `${path}#${row}`),
      };
    }
  }
  return {
    name: basename(path),
    shape,
    size: rows.count,
    labelled: labels !== undefined,
    classNames: undefined,
    get skipped() {
      return skipped;
    },
    batches,
    close() {
      if (!closed) close();
      closed = true;
    },
  };
}

function refuseUnitRange(rows: NumberRows): void {
  const blocks = new Blocks(rows);
  const look = new RangeLook();
  const all = Math.ceil(rows.count / blocks.blockRows);
  const step = Math.max(1, Math.floor(all / LOOKED_AT));
  for (let block = 0, looked = 0; block < all && looked < LOOKED_AT; block += step, looked++) {
    look.add(blocks.at(block * blocks.blockRows).values);
  }
  const told = look.told();
  if (told) {
    throw new ImageError(`${rows.name}: its values ${unitInWords(told)}`, {
      hint: `${rescaling(told)} How the net takes them is told by --pixels.`,
    });
  }
}

function outside(value: number): string {
  return Number.isNaN(value) ? 'a value is not a number (NaN)' : `the value ${value} is outside 0–255`;
}
