import { printable, printableJson } from '../../models/printable';
import { lookOf } from '../terminal';

/** Says something on standard output. Names in it give a terminal no orders; our own colours stay. */
export function print(text: string): void {
  console.log(printable(text, { colours: lookOf(process.stdout).isColoured }));
}

/** Says something on standard error, as `print` does. */
export function printError(text: string): void {
  console.error(printable(text));
}

/** Says a value as JSON on standard output. */
export function printJson(value: unknown): void {
  console.log(printableJson(JSON.stringify(value, null, 2)));
}
