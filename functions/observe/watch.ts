import type { Verdict } from '../../models/verdict';

/** Parts of a request that are timed: decoding an image, its wait for the nets, the nets on a batch. */
export type Stage = 'decode' | 'queue' | 'nets';

/** Takes note of what the service does; never of an image's content. */
export interface Watch {
  /** A part of the work is done. @param seconds that it took */
  stage(stage: Stage, seconds: number): void;
  verdict(model: string, verdict: Verdict): void;
  /** A request's end. @param route its pattern, not its path @param seconds that it took */
  request(route: string, method: string, status: number, seconds: number): void;
}

/** Takes note of nothing. */
export const unwatched: Watch = {
  stage() {},
  verdict() {},
  request() {},
};

/** Runs a part of the work and notes its time, whether it goes well or not. */
export async function timed<T>(watch: Watch, stage: Stage, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    watch.stage(stage, (performance.now() - start) / 1000);
  }
}
