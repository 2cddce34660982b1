import { printable } from '../../models/printable';
import type { Progress } from '../progress';
import { Course, type Reached, type Step } from '../steps';
import { type Look, lookOf } from '../terminal';
import { ProgressLines } from './progress-lines';

const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const TICK_MS = 1000;
const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;
/** Work that takes so many seconds is told of once its length is known. */
const LONG = 300;
/**
 * What natively takes of the time on wasm.
 * Origin: MobileNetV2 at 224, 16 images forth, 8 forth and back: 113 for 255 ms each, and 595 for 1,260, on two busy cores.
 */
const NATIVE_SHARE = 0.5;

/**
 * Shows how far work is that was planned in steps, on standard error: one bar for all of it where somebody watches a terminal, else
 * a line a step, and one every ten seconds.
 *
 * @example
 * const lines = new StepLines();
 * lines.begin(repairSteps(work));
 * await repair({ ...options, progress: lines.report });
 * lines.finish();
 */
export class StepLines {
  private readonly look: Look;
  private course: Course | undefined;
  private label = '';
  private shownStep = 0;
  private shown = Number.NEGATIVE_INFINITY;
  private isDrawn = false;
  private began = 0;
  private isTimeLeftShown = false;
  private timer: NodeJS.Timeout | undefined;
  private details: ProgressLines | undefined;

  /**
   * @param options.verbose whether details are told, and each stage by itself
   * @param options.now milliseconds
   */
  constructor(
    private readonly options: {
      readonly verbose?: boolean;
      readonly stream?: NodeJS.WriteStream;
      readonly now?: () => number;
      readonly env?: NodeJS.ProcessEnv;
      /** Whether it runs on wasm where it could run natively. */
      readonly couldBeNative?: boolean;
    } = {},
  ) {
    this.look = lookOf(this.stream, options.env);
  }

  private get stream(): NodeJS.WriteStream {
    return this.options.stream ?? process.stderr;
  }

  private now(): number {
    return this.options.now?.() ?? performance.now();
  }

  /** Begins work. @param label whose steps they are, where there is more than one piece of work */
  readonly begin = (steps: readonly Step[], label = ''): void => {
    this.course = new Course(steps, () => this.now());
    this.label = printable(label);
    this.shownStep = 0;
    this.began = this.now();
    this.isTimeLeftShown = false;
    this.shown = Number.NEGATIVE_INFINITY;
    if (this.options.verbose) this.details = this.detailLines();
    clearInterval(this.timer);
    // Steps may be silent for long.
    this.timer = setInterval(() => this.show(), TICK_MS).unref();
    this.show();
  };

  /** Takes note of progress; to be handed to the work. */
  readonly report: Progress = (event) => {
    this.course?.take(event);
    this.details?.report(event);
    this.foretell();
    this.show();
  };

  /** Says a line of its own, above the bar. */
  readonly say = (line: string): void => {
    this.clear();
    this.stream.write(`${printable(line)}\n`);
    // The bar is drawn again below.
    if (this.look.isLive) this.shown = Number.NEGATIVE_INFINITY;
  };

  /** Says what only those want to know who asked for details. */
  readonly detail = (line: string): void => {
    if (this.options.verbose) this.say(line);
  };

  /** Ends the bar; others write from now on. */
  finish(): void {
    clearInterval(this.timer);
    this.clear();
    this.course = undefined;
  }

  /** Says how long all will take, once: where that is long, as soon as it is known. */
  private foretell(): void {
    const left = this.course?.reached().left;
    if (this.isTimeLeftShown || left === undefined) return;
    this.isTimeLeftShown = true;
    const whole = (this.now() - this.began) / 1000 + left;
    if (whole >= LONG) this.say(wholeInWords(whole, this.options.couldBeNative));
  }

  private show(): void {
    if (!this.course) return;
    const reached = this.course.reached();
    const now = this.now();
    const isNew = reached.step !== this.shownStep;
    if (this.look.isLive) {
      if (!isNew && now - this.shown < TERMINAL_EVERY_MS) return;
      this.stream.write(`\r\u001b[2K${barLine(reached, this.label, this.look)}`);
      this.isDrawn = true;
    } else {
      if (!isNew && now - this.shown < PLAIN_EVERY_MS) return;
      this.stream.write(`${plainLine(reached, this.label)}\n`);
    }
    this.shownStep = reached.step;
    this.shown = now;
  }

  private clear(): void {
    if (this.isDrawn) this.stream.write('\r\u001b[2K');
    this.isDrawn = false;
  }

  private detailLines(): ProgressLines {
    const write = (text: string) => {
      this.say(`  ${text.trimEnd()}`);
      return true;
    };
    return new ProgressLines({ isTTY: false, write } as NodeJS.WriteStream, () => this.now());
  }
}

/** `Step 4 of 9: Fitting the detector, 42 % of all, about 20 s left`. */
function plainLine(reached: Reached, label = ''): string {
  const { left, share } = reached;
  const rest = left === undefined ? '' : `, ${percent(share)} of all, ${leftInWords(left)}`;
  return `${head(reached, label)}${rest}`;
}

function barLine(reached: Reached, label: string, { columns, style }: Look): string {
  const { share, left } = reached;
  const start = head(reached, label);
  const end = `${percent(share).padStart(5)}${left === undefined ? '' : `, ${leftInWords(left)}`}`;
  // The last column is left free: a full line would be wrapped.
  const width = Math.min(WIDEST_BAR, columns - 1 - start.length - end.length - 2);
  if (width < NARROWEST_BAR) return `${start} ${end}`.slice(0, columns - 1);
  const done = Math.round(share * width);
  return `${start} ${style.cyan('━'.repeat(done))}${style.dim('─'.repeat(width - done))}${end}`;
}

function head({ step, of, name }: Reached, label: string): string {
  return `${label}${label === '' ? 'Step' : ', step'} ${step} of ${of}: ${name}`;
}

function percent(share: number): string {
  return `${Math.floor(100 * share)} %`;
}

/** `All of it will take about 25 minutes; natively (npm run setup:native) about 13.` @param seconds 300 or more */
export function wholeInWords(seconds: number, couldBeNative = false): string {
  const minutes = (share: number) => Math.ceil((share * seconds) / 60);
  const native = couldBeNative ? `; natively (npm run setup:native) about ${minutes(NATIVE_SHARE)}` : '';
  return `All of it will take about ${minutes(1)} minutes${native}.`;
}

/** `about 20 s left`. */
export function leftInWords(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 20) return `about ${Math.ceil(seconds)} s left`;
  if (seconds < 90) return `about ${5 * Math.ceil(seconds / 5)} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}
