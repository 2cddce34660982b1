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

let jsonPrinted = 0;

/** How often something was said as JSON. */
export function timesOfJson(): number {
  return jsonPrinted;
}

/** Says a value as JSON on standard output. */
export function printJson(value: unknown): void {
  jsonPrinted++;
  console.log(printableJson(JSON.stringify(value, null, 2)));
}
