import { NetError } from '../errors';
import { isObject, type Json, own, parseJson } from './config/json';
import type { KerasFile } from './file/keras-file';

const WHAT = { loss: 'loss', metrics: 'metrics', weighted_metrics: 'metrics' };
type Part = keyof typeof WHAT;

/** What the options that a net was compiled with tell of it; none of them is run, and nothing of its layers depends on them. */
export interface Compilation {
  /**
   * What whoever trusts the file should know, a sentence each: a function of the author's own (a Lambda) in the loss or metrics. It is
   * neither run nor needed.
   */
  readonly notes: string[];
  /**
   * Whether the loss takes its answers for logits of yes and no: Keras's BinaryCrossentropy with from_logits. A single output without a sigmoid
   * is a logit then, not an amount.
   */
  readonly isLogit: boolean;
}

/** Reads what a net was compiled with. */
export function compilationOf(file: KerasFile): Compilation {
  const compiled = compiledWith(file);
  const parts = (Object.keys(WHAT) as Part[]).filter((part) => holdsCode(compiled[part]));
  const notes = [...new Set(parts.map((part) => WHAT[part]))].map(
    (what) =>
      `The file holds code of its author's own (a Lambda) in the ${what} that the net was compiled with: it is never run.`,
  );
  return { notes, isLogit: takesLogits(compiled.loss) };
}

function takesLogits(loss: Json | undefined): boolean {
  const first = Array.isArray(loss) && loss.length === 1 ? loss[0] : loss;
  if (!isObject(first) || own(first, 'class_name') !== 'BinaryCrossentropy') return false;
  const settings = own(first, 'config');
  return isObject(settings) && own(settings, 'from_logits') === true;
}

/** The options of `compile`, as far as they can be read. */
function compiledWith({ config, compiled }: KerasFile): { [part in Part]?: Json | undefined } {
  try {
    const text = compiled ?? config;
    if (text === undefined) return {};
    const parsed = parseJson(text, 'What the net was compiled with');
    const options = compiled === undefined && isObject(parsed) ? own(parsed, 'compile_config') : parsed;
    if (!isObject(options)) return {};
    return Object.fromEntries(Object.keys(WHAT).map((part) => [part, own(options, part)]));
  } catch (error) {
    if (error instanceof NetError) return {};
    throw error;
  }
}

/** Whether a Lambda is among the values: its code, or, in .h5, its name alone. */
function holdsCode(value: Json | undefined): boolean {
  if (value === '<lambda>' || value === '__lambda__') return true;
  if (Array.isArray(value)) return value.some(holdsCode);
  return isObject(value) && Object.values(value).some(holdsCode);
}

/** Whether a note or problem of a net's (see NetDescription) tells of code in its file: a Lambda. */
export function isOfCode(said: string): boolean {
  return /\((a )?Lambda\)/.test(said);
}
