import type { ProgressEvent } from './progress';

/** A stage that work reports by its name, and what it costs beside the others: in any unit, the same for all. */
export interface Part {
  readonly stage: string;
  readonly cost: number;
  /** Whether its end tells how long all will take, however little of it that was. */
  readonly tells?: boolean | undefined;
}

/** What is told to be done, in words for everybody; a plan of steps is known before the work. */
export interface Step {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Where work is in its plan. */
export interface Reached {
  /** 1…of. */
  readonly step: number;
  readonly of: number;
  readonly name: string;
  /** Of the whole, 0–1. */
  readonly share: number;
  /** Seconds until the end of all; undefined while too little is done to tell. */
  readonly left: number | undefined;
}

/** With less done than this share, nothing is said of the time that is left. */
const TELL_FROM = 0.04;
/** An estimate that proves too low is held until the new one is this much higher: then it is corrected, once. */
const CORRECT_FROM = { factor: 2, seconds: 10 };

interface PlannedPart extends Part {
  /** 0… */
  readonly step: number;
  readonly before: number;
}

/**
 * Follows work through its plan. A stage that is never heard of is passed over when a later one begins; the time that is left
 * is what the rest of the plan costs at the speed of what was done, and what is left of the part at its own. It goes down, and is corrected upwards only where it was
 * far too low.
 *
 * @example
 * const course = new Course(repairSteps(work));
 * course.take({ stage: 'Measuring', done: 10, total: 100 });
 * course.reached(); // { step: 8, of: 9, name: 'Measuring', share: 0.93, left: 4.2 }
 */
export class Course {
  private readonly places: readonly PlannedPart[];
  private readonly total: number;
  private readonly started: number;
  private at = 0;
  /** When progress was last heard of. */
  private heard: number;
  /** Of the part that is being done, 0–1. */
  private share = 0;
  /** When it was begun. */
  private begun: number;
  /** Whether a part has been done that tells how long all will take. */
  private isShown = false;
  private lastEstimate: { readonly left: number; readonly least: number; readonly when: number } | undefined;

  /** @param now milliseconds */
  constructor(
    private readonly steps: readonly Step[],
    private readonly now: () => number = () => performance.now(),
  ) {
    let before = 0;
    this.places = steps.flatMap(({ parts }, step) =>
      parts.map((part) => {
        const place = { ...part, step, before };
        before += part.cost;
        return place;
      }),
    );
    this.total = before;
    this.started = now();
    this.begun = this.started;
    this.heard = this.started;
  }

  /** Takes note of progress. Stages that are not in the plan, or behind, change nothing. */
  take({ stage, done, total }: Pick<ProgressEvent, 'stage' | 'done' | 'total'>): void {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const isAgain = this.places[this.at]?.stage === stage && share < this.share;
    const from = this.at + (isAgain ? 1 : 0);
    const found = this.places.findIndex((place, i) => i >= from && place.stage === stage);
    if (found < 0) return;
    // A part speaks up after its first step: it began when the one before was last heard of.
    if (found !== this.at) this.begun = this.heard;
    this.heard = this.now();
    this.isShown ||= this.places.slice(this.at, found + (share === 1 ? 1 : 0)).some(({ tells }) => tells);
    this.at = found;
    this.share = share;
    this.estimate();
  }

  reached(): Reached {
    const place = this.places[this.at];
    return {
      step: (place?.step ?? 0) + 1,
      of: this.steps.length,
      name: this.steps[place?.step ?? 0]?.name ?? '',
      share: this.total > 0 ? this.done() / this.total : 0,
      left: this.left(),
    };
  }

  private done(): number {
    const place = this.places[this.at];
    return place ? place.before + this.share * place.cost : 0;
  }

  private estimate(): void {
    const now = this.now();
    const done = this.done();
    if (done < TELL_FROM * this.total && !this.isShown) return;
    const { before, cost } = this.places[this.at]!;
    const secondsEach = (now - this.started) / 1000 / done;
    const later = (this.total - before - cost) * secondsEach;
    // The more is done of the part, the more its own speed counts.
    const own = this.share > 0 ? ((now - this.begun) / 1000) * (1 / this.share - 1) : 0;
    const fresh = later + this.share * own + (1 - this.share) ** 2 * cost * secondsEach;
    const held = this.left();
    const isFarTooLow =
      held !== undefined && fresh > CORRECT_FROM.factor * held + CORRECT_FROM.seconds && this.share > 0;
    const left = held === undefined || isFarTooLow ? fresh : Math.min(held, fresh);
    // What is done with is followed by the next, which may be silent.
    const next = this.share === 1 ? (this.places[this.at + 1]?.cost ?? 0) : 0;
    this.lastEstimate = { left, least: Math.min(left, later - next * secondsEach), when: now };
  }

  /** Time that passes within a part counts, but not for more than the part. */
  private left(): number | undefined {
    if (!this.lastEstimate) return undefined;
    const { left, least, when } = this.lastEstimate;
    return Math.max(0, least, left - (this.now() - when) / 1000);
  }
}
