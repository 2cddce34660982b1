import { inSteps } from '../../models/event-loop';
import { notJson } from '../json-outline';

const [OPEN, CLOSE, COMMA, MINUS, PLUS, POINT] = [0x5b, 0x5d, 0x2c, 0x2d, 0x2b, 0x2e];
const [ZERO, NINE, SMALL_E, BIG_E] = [0x30, 0x39, 0x65, 0x45];
/** Digits of whole numbers that are exact. */
const EXACT_DIGITS = 15;
/** Digits that are counted; what follows changes nothing that a 32-bit float can show, but for what is looked at again. */
const COUNTED_DIGITS = 18;
/** Powers of ten that are exact, and those that there are. */
const EXACT_POWER = 22;
const MOST_POWER = 290;
const POWERS = Float64Array.from({ length: MOST_POWER + 1 }, (_, power) => Number(`1e${power}`));
/** How far off a number may be that was reckoned with inexact digits and powers, relatively. */
const DOUBT = 1e-14;

/** What is wrong with a list of numbers that is JSON. */
export type NotPixels = 'other' | 'deep';

/**
 * Reads numbers from the JSON text of a list, nested or flat, as JSON.parse does, without making a value of each: a tensor of
 * millions would take ten times the memory of its text, and hold everybody up for a second. Others are let run between pieces.
 * @param into those for which there is room, rounded to 32-bit floats, or whole numbers of 0–255
 * @param maxDepth of lists, the outermost one of them
 * @returns how many there are, though they may be more than there is room for; or that something is no number, no whole
 *   number where one is wanted, or nested deeper
 * @throws Problem `malformed` where it is no JSON
 */
export async function readNumbers(
  text: Uint8Array,
  into: Float32Array | Uint8Array,
  maxDepth: number,
): Promise<number | NotPixels> {
  const reader = new NumberReader(text, into, maxDepth);
  await inSteps(reader);
  return reader.ended();
}

class NumberReader {
  private at = 0;
  private depth = 0;
  private count = 0;
  /** After a value, or at a list's beginning: what may follow differs. */
  private isAfterValue = false;
  private isAtBeginning = false;
  private fault: NotPixels | undefined;

  constructor(
    private readonly text: Uint8Array,
    private readonly into: Float32Array | Uint8Array,
    private readonly maxDepth: number,
  ) {}

  /** Reads some bytes more. @returns whether there are any left to be read */
  goOn(many: number): boolean {
    const { text } = this;
    const until = Math.min(this.at + many, text.length);
    while (this.at < until && this.fault === undefined) {
      const byte = text[this.at]!;
      if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
        if (!this.shortNumber(byte)) this.number();
      } else this.mark(byte);
    }
    return this.fault === undefined && this.at < text.length;
  }

  ended(): number | NotPixels {
    if (this.fault !== undefined) return this.fault;
    if (this.depth !== 0) throw notJson();
    return this.count;
  }

  private mark(byte: number): void {
    if (byte === COMMA) {
      if (!this.isAfterValue) throw notJson();
      this.isAfterValue = false;
      this.isAtBeginning = false;
    } else if (byte === OPEN) {
      if (this.isAfterValue) throw notJson();
      if (++this.depth > this.maxDepth) this.fault = 'deep';
      this.isAtBeginning = true;
    } else if (byte === CLOSE) {
      if (!this.isAfterValue && !this.isAtBeginning) throw notJson();
      this.depth--;
      this.isAfterValue = true;
      this.isAtBeginning = false;
    } else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      this.fault = 'other';
    }
    this.at++;
  }

  /** Reads a number of three digits at most with the comma behind it, as most are. @returns whether it is one */
  private shortNumber(first: number): boolean {
    const { text, into } = this;
    let { at } = this;
    if (this.isAfterValue || first === MINUS) return false;
    let value = first - ZERO;
    let byte = text[++at]!;
    if (value > 0 && byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO;
      byte = text[++at]!;
      if (byte >= ZERO && byte <= NINE) {
        value = value * 10 + byte - ZERO;
        byte = text[++at]!;
      }
    }
    if (byte !== COMMA || value > 255) return false;
    if (this.count < into.length) into[this.count] = value;
    this.count++;
    this.isAtBeginning = false;
    this.at = at + 1;
    return true;
  }

  private number(): void {
    if (this.isAfterValue) throw notJson();
    this.isAfterValue = true;
    this.isAtBeginning = false;
    const { text, into } = this;
    const from = this.at;
    let at = from;
    const isNegative = text[at] === MINUS;
    if (isNegative) at++;
    let digits = 0;
    let mantissa = 0;
    let power = 0;
    const whole = at;
    let byte = text[at]!;
    while (byte >= ZERO && byte <= NINE) {
      if (digits < COUNTED_DIGITS) mantissa = mantissa * 10 + (byte - ZERO);
      else power++;
      if (mantissa > 0) digits++;
      byte = text[++at]!;
    }
    if (at === whole || (text[whole] === ZERO && at > whole + 1)) throw notJson();
    if (byte === POINT) {
      const first = ++at;
      byte = text[at]!;
      while (byte >= ZERO && byte <= NINE) {
        if (digits < COUNTED_DIGITS) {
          mantissa = mantissa * 10 + (byte - ZERO);
          power--;
        }
        if (mantissa > 0) digits++;
        byte = text[++at]!;
      }
      if (at === first) throw notJson();
    }
    if (byte === SMALL_E || byte === BIG_E) {
      byte = text[++at]!;
      const isSmall = byte === MINUS;
      if (isSmall || byte === PLUS) byte = text[++at]!;
      const first = at;
      let exponent = 0;
      while (byte >= ZERO && byte <= NINE) {
        exponent = Math.min(99_999, exponent * 10 + (byte - ZERO));
        byte = text[++at]!;
      }
      if (at === first) throw notJson();
      power += isSmall ? -exponent : exponent;
    }
    this.at = at;
    const isExact = digits <= EXACT_DIGITS && power <= EXACT_POWER && power >= -EXACT_POWER;
    const size = scaled(mantissa, power);
    let value = isNegative ? -size : size;
    const isWhole = into instanceof Uint8Array;
    if (!isExact && (isWhole || Math.fround(size * (1 - DOUBT)) !== Math.fround(size * (1 + DOUBT)))) {
      value = Number(Buffer.from(text.buffer, text.byteOffset + from, at - from).toString('latin1'));
    }
    if (isWhole && !(Number.isInteger(value) && value >= 0 && value <= 255)) this.fault = 'other';
    if (this.count < into.length) into[this.count] = value;
    this.count++;
  }
}

function scaled(mantissa: number, power: number): number {
  if (mantissa === 0) return 0;
  if (power >= 0) return power > MOST_POWER ? Number.POSITIVE_INFINITY : mantissa * POWERS[power]!;
  return power < -MOST_POWER ? 0 : mantissa / POWERS[-power]!;
}
