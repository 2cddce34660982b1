import { type Command, Option } from 'commander';
import { UsageError } from '../../models/errors';
import type { ClassOrder } from '../index';
import { CLASS_ORDERS, parseFit } from '../library/option-values';
import { oneOf } from './options';

/** Flags that tell how images are to be read. */
export interface ImageFlags {
  readonly group?: string;
  readonly classOrder?: ClassOrder;
  readonly dataName?: string;
  readonly labelName?: string;
  readonly layout?: string;
  readonly skipBad?: boolean;
}

/** The flag for what images are called in a file of arrays. */
export function dataNameOption(): Option {
  return new Option(
    '--data-name <name>',
    'dataset of images in an HDF5 file, or array of a .npz; left out: data, or another usual name (X, images, x_train, …)',
  );
}

/** Adds the flags that every command with labelled images has. */
export function imageOptions(command: Command): Command {
  return command
    .addOption(dataNameOption())
    .option(
      '--label-name <name>',
      'dataset of labels in an HDF5 file, or array of a .npz; left out: label, or what goes with the images’ name',
    )
    .option('--layout <order>', 'of an HDF5 file, where both fit: channels-first or channels-last')
    .option('--skip-bad', "leave out images that can't be read, counting them");
}

/** Adds the flag that tells how pictures are brought to the net's size. */
export function fitOption(command: Command): Command {
  return command.option(
    '--fit <how>',
    'pictures of another size: stretch, crop, crop:256/224 (made so much larger before), or pad; left out: stretch, or what the net does clearly better under',
    parseFit,
  );
}

/** Adds the flag that tells what class folders stand for. */
export function classOrderOption(command: Command): Command {
  return command.option(
    '--class-order <order>',
    'of class folders: name (as Keras sorts them: 0, 1, 10, 2) or number; left out: numbers are labels, or what the net does clearly better under',
    oneOf(CLASS_ORDERS, '--class-order'),
  );
}

/** Adds the flag that tells which images belong together. @param what it tells, in words */
export function groupOption(
  command: Command,
  what = 'how images belong together, which no split then parts',
): Command {
  return command.option(
    '--group <how>',
    `${what}: prefix:SEPARATOR of the file name, or dataset:NAME of the HDF5 file`,
  );
}

/** The same flags, as the library takes them. @throws UsageError for a layout that there is not */
export function imagesOf({ group, classOrder, dataName, labelName, layout, skipBad }: ImageFlags) {
  return { group, classOrder, dataName, labelName, layout: parseLayout(layout), skipBad };
}

/** @throws UsageError for anything but the two layouts */
export function parseLayout(text: string | undefined): 'channels-first' | 'channels-last' | undefined {
  if (text === undefined || text === 'channels-first' || text === 'channels-last') return text;
  throw new UsageError(`--layout ${text}: channels-first or channels-last is wanted`);
}
