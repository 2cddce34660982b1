import { basename } from 'node:path';
import { ImageError } from '../errors';
import { Blocks } from '../hdf5/blocks';
import type { NumberRows } from '../hdf5/rows';
import { copyImage, type Layout } from './layout';
import { type MixedRanges, mixedRanges, rangeOfPicture } from './mixed-range';
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

/** How the rows are to be taken. */
export interface RowsOptions {
  readonly shape: ImageShape;
  readonly layout: Layout;
  readonly skipBad: boolean;
  readonly remarks?: readonly string[] | undefined;
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
  how: RowsOptions,
  close: () => void = () => {},
): ImageSet {
  const { shape, layout, skipBad } = how;
  refuseUnitRange(rows);

  const isOfOtherRange = mixedRangeCheck(rows, skipBad);
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
        if (isOfOtherRange(values, from, size)) {
          skipped.push({
            name: `${path}#${row}`,
            reason: 'its values look like 0–1, those of others like 0–255',
          });
          continue;
        }
        const bad = copyImage(values, from, pixels, kept.length * size, shape, layout);
        if (bad === undefined) kept.push(row);
        else if (skipBad) skipped.push({ name: `${path}#${row}`, reason: outside(bad) });
        else {
          throw new ImageError(`${rows.name}: row ${row}: ${outside(bad)}`, {
            code: 'IMAGES_PIXELS_UNUSABLE',
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
    remarks: how.remarks,
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
  const unitRange = look.unitRange();
  if (unitRange && unitRange.range !== 'normalised' && unitRange.range !== 'deep') {
    const mixed = mixedRanges(rows);
    if (mixed) throw mixedError(rows.name, mixed);
  }
  if (unitRange) {
    throw new ImageError(`${rows.name}: its values ${unitInWords(unitRange)}`, {
      code: 'IMAGES_PIXELS_UNUSABLE',
      hint: `${rescaling(unitRange)} How the net takes them is told by --pixels.`,
    });
  }
}

/**
 * Tells of each picture whether it is of another range than the others of a set of 0–255, of which all are looked through at the first that may be.
 * @throws ImageError, as is told of a picture, where there are some and they are not to be left out
 */
function mixedRangeCheck(
  rows: NumberRows,
  skipBad: boolean,
): (values: ArrayLike<number>, from: number, size: number) => boolean {
  let mixed: MixedRanges | undefined | 'not yet' = 'not yet';
  return (values, from, size) => {
    const range = rangeOfPicture(values, from, from + size);
    if (range !== 'unit' && range !== 'whole') return false;
    if (mixed === 'not yet') mixed = mixedRanges(rows);
    if (!mixed) return false;
    if (!skipBad) throw mixedError(rows.name, mixed);
    return range === 'unit' || mixed.hasWhole;
  };
}

function mixedError(name: string, { unit, full }: MixedRanges): ImageError {
  const kind = unit.values.range === '-1-1' ? '−1…1' : '0–1';
  return new ImageError(
    `${name} mixes ranges: ${unit.count} of its pictures look like ${kind} (row ${unit.example} goes up to ${Number(unit.values.largest.toPrecision(8))}), ${full.count} like 0–255 (row ${full.example})`,
    {
      code: 'IMAGES_PIXELS_UNUSABLE',
      hint: `Pixels must be 0–255 in all of them: ${kind === '0–1' ? 'multiply the former by 255' : 'add 1 to the former and multiply by 127.5'}. Or leave those out: --skip-bad.`,
    },
  );
}

function outside(value: number): string {
  return Number.isNaN(value) ? 'a value is not a number (NaN)' : `the value ${value} is outside 0–255`;
}
