import { inSteps } from '../models/event-loop';
import type { Stretch } from '../models/images/decode/outline';
import { Problem } from './problem';

/** The deepest nesting: what is asked for has 11 levels at most, a tensor of 8 sides in a list of inputs. */
const MAX_DEPTH = 32;
/** The most members of all objects together: what is asked for has a few hundred. */
const MAX_MEMBERS = 10_000;
/** A longer text or blank is cut: no text that means anything is as long but for those that are taken apart. */
const MOST_RUN = 4096;
/** All that is left after cutting; what is asked for has some kilobytes. */
const MOST_LEFT = 2 ** 21;

/** Large values that are left in the body's bytes: those of one key of the objects in one list of the body's object. */
export interface Apart {
  readonly list: string;
  readonly key: string;
  /** Lists, brackets and all; or texts, without their quotes. */
  readonly kind: 'list' | 'text';
}

/** A body of JSON without what is large in it. */
export interface JsonOutline {
  /** What is left, in order; between them, and in the place of each value that is apart, `[i]` or `"i"`, its number. */
  readonly parts: readonly Uint8Array[];
  readonly apart: readonly Stretch[];
}

const [QUOTE, BACKSLASH, COMMA, COLON, SMALL_U] = [0x22, 0x5c, 0x2c, 0x3a, 0x75];
const NINE = 0x39;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const LONGEST_KEY = 64;

/**
 * Looks a body of JSON over in one pass over its bytes, a piece at a time, so that it costs no more than its bytes
 * do, whatever it says: how deep it is, how much it holds, and where what is large in it lies. Counts by the marks outside
 * texts; what is no JSON is left for the parser to find.
 * @throws Problem `malformed` where it is nested too deep or holds too much
 */
export async function outlineJson(
  bytes: Uint8Array,
  maxValues: number,
  apart: Apart | undefined,
): Promise<JsonOutline> {
  const outliner = new Outliner(bytes, maxValues, apart);
  await inSteps(outliner);
  return outliner.ended();
}

class Outliner {
  private at = 0;
  private depth = 0;
  private values = 0;
  private members = 0;
  /** Where a text began, or blanks did. */
  private textFrom = -1;
  private blankFrom = -1;
  /** Where a text is cut, if it is. */
  private cutAt = -1;
  private key: Stretch = [0, 0];
  /** How many of the open objects and lists lead to values that are apart: the body, the list, an object of it. */
  private onWay = 0;
  /** The next value is one of them. */
  private isAwaited = false;
  /** Where the list that is apart began, and how deep. */
  private listFrom = -1;
  private listDepth = 0;
  private readonly parts: Uint8Array[] = [];
  private left = 0;
  /** From here on bytes are yet to be left. */
  private from = 0;
  private readonly apart: Stretch[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly maxValues: number,
    private readonly wanted: Apart | undefined,
  ) {}

  /** Looks at some bytes more. @returns whether there are any left */
  goOn(many: number): boolean {
    const { bytes } = this;
    const until = Math.min(this.at + many, bytes.length);
    while (this.at < until) {
      if (this.textFrom >= 0) this.inText(until);
      else {
        const byte = bytes[this.at]!;
        if (byte <= 0x20) this.blanks(until);
        else if (byte >= COMMA && byte <= NINE) this.numbers(until);
        else this.mark(byte);
      }
    }
    return this.at < bytes.length;
  }

  ended(): JsonOutline {
    if (this.textFrom >= 0 || this.depth !== 0) throw notJson();
    this.keep(this.from, this.bytes.length);
    return { parts: this.parts, apart: this.apart };
  }

  private inText(until: number): void {
    const { bytes, textFrom } = this;
    let { at } = this;
    let cutAt = this.cutAt;
    while (at < until) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.at = at;
        this.cutAt = cutAt;
        this.endText();
        return;
      }
      // Between characters, not amid one of several bytes.
      if (cutAt < 0 && at - textFrom > MOST_RUN && (byte & 0xc0) !== 0x80) cutAt = at;
      at += byte !== BACKSLASH ? 1 : bytes[at + 1] === SMALL_U ? 6 : 2;
    }
    this.at = at;
    this.cutAt = cutAt;
  }

  private endText(): void {
    const { textFrom, at, cutAt } = this;
    this.textFrom = -1;
    this.cutAt = -1;
    this.at = at + 1;
    if (this.isAwaited && this.wanted?.kind === 'text') this.setApart(textFrom, at);
    else if (this.listFrom < 0 && cutAt >= 0) this.cut(cutAt, at);
    this.key = [textFrom, at];
    this.isAwaited = false;
  }

  private blanks(until: number): void {
    const { bytes } = this;
    let { at } = this;
    if (this.blankFrom < 0) this.blankFrom = at;
    while (at < until && bytes[at]! <= 0x20) at++;
    this.at = at;
    if (at === until && at < bytes.length) return;
    if (at - this.blankFrom > MOST_RUN && this.listFrom < 0) this.cut(this.blankFrom + 1, at);
    this.blankFrom = -1;
  }

  /** Numbers, and the commas between them. */
  private numbers(until: number): void {
    const { bytes } = this;
    let { at } = this;
    let commas = 0;
    for (; at < until; at++) {
      const byte = bytes[at]!;
      if (byte < COMMA || byte > NINE) break;
      if (byte === COMMA) commas++;
    }
    this.at = at;
    this.blankFrom = -1;
    this.isAwaited = false;
    this.holdMore(commas);
  }

  private holdMore(values: number): void {
    this.values += values;
    if (this.values > this.maxValues) throw tooMuch(`holds more than ${this.maxValues} values`);
  }

  private mark(byte: number): void {
    this.blankFrom = -1;
    if (byte === QUOTE) {
      this.textFrom = ++this.at;
      return;
    }
    if (byte === COLON) this.member();
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.open(byte === OPEN_LIST);
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.close();
    if (byte !== COLON) this.isAwaited = false;
    this.at++;
  }

  private member(): void {
    if (++this.members > MAX_MEMBERS) throw tooMuch(`has more than ${MAX_MEMBERS} members`);
    this.isAwaited = this.onWay === 3 && this.depth === 3 && this.isKey(this.wanted?.key);
  }

  private open(isList: boolean): void {
    this.holdMore(1);
    if (++this.depth > MAX_DEPTH) throw tooMuch(`is nested deeper than ${MAX_DEPTH} levels`);
    const { wanted, depth } = this;
    if (!wanted || this.listFrom >= 0) return;
    if (this.isAwaited && isList && wanted.kind === 'list') {
      this.listFrom = this.at;
      this.listDepth = depth;
    } else if (this.onWay === depth - 1) {
      const leads = [!isList, isList && this.isKey(wanted.list), !isList][depth - 1] ?? false;
      if (leads) this.onWay++;
    }
  }

  private close(): void {
    if (this.listFrom >= 0 && this.depth === this.listDepth) {
      this.setApart(this.listFrom, this.at + 1);
      this.listFrom = -1;
    }
    this.depth--;
    this.onWay = Math.min(this.onWay, Math.max(0, this.depth));
  }

  /** Whether the last text is this one; some write it with escapes. */
  private isKey(name: string | undefined): boolean {
    const [from, to] = this.key;
    if (to - from > LONGEST_KEY) return false;
    const text = Buffer.from(this.bytes.subarray(from, to)).toString('latin1');
    if (!text.includes('\\')) return text === name;
    try {
      return JSON.parse(`"${text}"`) === name;
    } catch {
      return false;
    }
  }

  private setApart(from: number, to: number): void {
    const number = String(this.apart.length);
    this.apart.push([from, to]);
    this.cut(from, to, this.wanted?.kind === 'list' ? `[${number}]` : number);
  }

  private cut(from: number, to: number, put = ''): void {
    this.keep(this.from, from);
    if (put !== '') this.parts.push(Buffer.from(put));
    this.from = to;
  }

  private keep(from: number, to: number): void {
    this.left += to - from;
    if (this.left > MOST_LEFT) throw tooMuch(`has more than ${MOST_LEFT} bytes beside what is asked about`);
    this.parts.push(this.bytes.subarray(from, to));
  }
}

export function notJson(): Problem {
  return new Problem('malformed', 'The body is not JSON.');
}

function tooMuch(what: string): Problem {
  return new Problem('malformed', `The JSON ${what}: nothing that can be asked for does.`);
}
