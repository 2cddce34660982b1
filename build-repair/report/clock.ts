import type { Progress } from '../progress';
import type { StageTime } from './types';

const STAGES = 10;

/** Times a run and its stages, by the progress that it reports. */
export class Clock {
  private readonly started = new Date();
  private readonly from = performance.now();
  private readonly stages = new Map<string, { from: number; to: number }>();

  /** Passes progress on, taking note of when each stage began and was last heard of. */
  listen(progress: Progress): Progress {
    let last = performance.now();
    return (event) => {
      const now = performance.now();
      const stage = this.stages.get(event.stage);
      // A stage speaks up after its first step: it began when the one before was last heard of.
      if (stage) stage.to = now;
      else this.stages.set(event.stage, { from: last, to: now });
      last = now;
      progress(event);
    };
  }

  /** When it started, how long it took until now, and the longest stages in the order in which they began. */
  taken(): { started: Date; seconds: number; stages: StageTime[] } {
    const stages = [...this.stages].map(([stage, { from, to }]) => ({ stage, seconds: (to - from) / 1000 }));
    const longest = new Set([...stages].sort((a, b) => b.seconds - a.seconds).slice(0, STAGES));
    return {
      started: this.started,
      seconds: (performance.now() - this.from) / 1000,
      stages: stages.filter((each) => longest.has(each)),
    };
  }
}
