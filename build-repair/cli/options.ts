import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../models/errors';
import { parseMemory, parseSize } from '../library/option-values';

/** Parses a false-positive rate of (0, 1). */
export function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) {
    throw new InvalidArgumentError('a number between 0 and 1 is wanted, 0.01 for 1 %');
  }
  return value;
}

/** Parses a whole number of at least `least`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number of ${least} to ${most} is wanted`);
    }
    return value;
  };
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[], flag: string): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (!found) throw new UsageError(`${flag} ${text}: one of ${words.join(', ')} is wanted`);
    return found;
  };
}

/** Adds the flag for nets that take images of any size. */
export function inputSizeOption(command: Command): Command {
  return command.option(
    '--input-size <size>',
    'of a net that takes images of any size: 224, or 120x160 (height x width)',
    parseSize,
  );
}

/** Adds the flag for what training takes. */
export function memoryOption(command: Command): Command {
  return command.option(
    '--memory <size>',
    'memory to work in, such as 2GB; left out: half of the machine’s, 4GB at the most',
    parseMemory,
  );
}

/** A path: an empty one is an unset variable's. @throws InvalidArgumentError */
export function givenPath(value: string): string {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return value;
}
