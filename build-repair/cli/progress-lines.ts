import { printable } from '../../models/printable';
import type { Progress, ProgressEvent } from '../progress';

const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;

/**
 * Shows progress on standard error: one line that is rewritten where somebody watches a terminal, else a plain line
 * at the start and end of each stage and every ten seconds in between.
 */
export class ProgressLines {
  private stage = '';
  private started = 0;
  private shown = 0;
  private open = false;

  constructor(
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes note of progress; to be handed to the work. */
  readonly report: Progress = (event) => {
    const now = this.now();
    const ended = event.done >= event.total;
    if (event.stage !== this.stage) {
      this.finish();
      this.stage = event.stage;
      this.started = now;
      this.shown = Number.NEGATIVE_INFINITY;
    }
    const every = this.stream.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
    if (!ended && now - this.shown < every) return;
    this.shown = now;
    const line = describe(event, (now - this.started) / 1000);
    if (this.stream.isTTY) {
      this.stream.write(`\r\u001b[2K${line}${ended ? '\n' : ''}`);
      this.open = !ended;
    } else {
      this.stream.write(`${line}\n`);
    }
  };

  /** Says a line of its own, above the progress. */
  readonly say = (line: string): void => {
    this.finish();
    this.stream.write(`${printable(line)}\n`);
  };

  /** Ends a line that is being rewritten. */
  finish(): void {
    if (this.open) this.stream.write('\n');
    this.open = false;
  }
}

/** `Fine-tuning B′: 40 %, loss 0.123, accuracy 91.2 %, 12 s left`. @param elapsed seconds since the stage began */
export function describe(event: ProgressEvent, elapsed: number): string {
  const share = event.total > 0 ? Math.min(1, event.done / event.total) : 1;
  const parts = [`${Math.round(share * 100)} %`];
  if (event.loss !== undefined) parts.push(`loss ${event.loss.toFixed(3)}`);
  if (event.accuracy !== undefined && !Number.isNaN(event.accuracy)) {
    parts.push(`accuracy ${(100 * event.accuracy).toFixed(1)} %`);
  }
  if (share >= 1) parts.push(`took ${seconds(elapsed)}`);
  else if (share > 0) parts.push(`${seconds((elapsed * (1 - share)) / share)} left`);
  return `${event.stage}: ${parts.join(', ')}`;
}

function seconds(value: number): string {
  if (value < 1) return 'under 1 s';
  if (value < 100) return `${Math.round(value)} s`;
  return `${Math.round(value / 60)} min`;
}
