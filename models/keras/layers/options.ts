import { NetError } from '../../errors';
import { atLeast } from '../../present';
import { isObject, type Json, type JsonObject, own } from '../config/json';

/** Options that say how weights were first set or are trained, or that repeat what else is known. */
const NEUTRAL =
  /^(name|trainable|dtype|autocast|seed|momentum|synchronized|fused|implementation|batch_input_shape|batch_shape|input_shape|batch_size|sparse|ragged|optional|activity_regularizer|\w+_(initializer|regularizer|constraint)|init|weights)$/;

/** A layer's options, read by type; `finish` refuses those that nobody has read. */
export class Options {
  readonly #config: JsonObject;
  readonly #read = new Set<string>();

  /** @param where the layer, for messages: `Layer "conv" (Conv2D)` */
  constructor(
    config: JsonObject,
    readonly where: string,
    /** 1, 2 or 3: some defaults and functions differ. */
    readonly kerasMajor: number,
  ) {
    this.#config = config;
  }

  /** An option as it stands; numpy's scalars as plain numbers; undefined where left out or null. */
  raw(key: string): Json | undefined {
    this.#read.add(key);
    const value = own(this.#config, key);
    if (isObject(value) && own(value, 'type') === 'ndarray') return own(value, 'value');
    return value ?? undefined;
  }

  number(key: string, fallback: number): number {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'number') throw this.wrong(key, 'a number');
    return value;
  }

  optionalNumber(key: string): number | undefined {
    return this.raw(key) === undefined ? undefined : this.number(key, 0);
  }

  /** A whole number of at least 1, that may not be left out. */
  count(key: string): number {
    const value = this.raw(key);
    if (!isCount(value)) throw this.wrong(key, 'a whole number of 1 or more');
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.raw(key) ?? fallback;
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw this.wrong(key, allowed.join(' or '));
    return found;
  }

  /** A size for height and width: one whole number for both, or two. */
  pair(key: string, fallback?: readonly [number, number]): [number, number] {
    const value = this.raw(key) ?? (fallback && [...fallback]);
    const both = Array.isArray(value) ? value : [value, value];
    if (both.length !== 2 || !both.every(isCount))
      throw this.wrong(key, 'one or two whole numbers of 1 or more');
    const [height, width] = atLeast(2, both);
    return [height, width];
  }

  /** Whole numbers, one or a list. */
  integers(key: string, fallback?: readonly number[]): number[] {
    const value = this.raw(key) ?? (fallback && [...fallback]);
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((each) => Number.isInteger(each))) throw this.wrong(key, 'whole numbers');
    return list as number[];
  }

  /** Refuses the option unless it is left out, null, or one of the harmless values. */
  only(key: string, harmless: readonly (string | number | boolean)[], hint = WITHOUT): void {
    const value = this.raw(key);
    const values = Array.isArray(value) ? value : [value];
    if (values.every((each) => each === undefined || harmless.includes(each as never))) return;
    throw new NetError(`${this.where}: ${key}=${brief(value)} can't be used`, { hint });
  }

  /** Images must lie channels last. */
  channelsLast(): void {
    this.only('data_format', ['channels_last', 'tf'], CHANNELS_FIRST_HINT);
  }

  /** @throws NetError for an option that may change the result and that no reader has looked at */
  finish(): void {
    for (const [key, value] of Object.entries(this.#config)) {
      if (value === null || this.#read.has(key) || NEUTRAL.test(key)) continue;
      throw new NetError(`${this.where} has an option that GoodNet does not know: ${key}=${brief(value)}`, {
        hint: 'It may change the answers, so it is not passed over.',
      });
    }
  }

  wrong(key: string, wanted: string): NetError {
    return new NetError(`${this.where}: ${key}=${brief(this.raw(key))} where ${wanted} is wanted`, {
      hint: 'Build the net with such a value and save it again.',
    });
  }
}

const WITHOUT = 'TensorFlow.js does not compute it as Keras does; build the net without it.';

export const CHANNELS_FIRST_HINT =
  'Nets with channels last (height, width, channels) can be used, and those of Keras 2 and 3 that take (channels, height, width) and say data_format="channels_first": build the net so, copy the weights (reordering what follows a Flatten), and save it again.';

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 2 ** 31;
}

function brief(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
