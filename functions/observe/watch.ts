import type { Verdict } from '../../models/verdict';

/** Parts of a request that are timed: decoding an image, and the nets with the wait for them. */
export type Stage = 'decode' | 'nets';

/** Takes note of what the service does; never of an image's content. */
export interface Watch {
  /** Runs a part of the work and takes its time. */
  timed<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  verdict(model: string, verdict: Verdict): void;
  /** A request's end. @param route its pattern, not its path @param seconds that it took */
  request(route: string, method: string, status: number, seconds: number): void;
}

/** Takes note of nothing. */
export const unwatched: Watch = {
  timed: (_stage, work) => work(),
  verdict() {},
  request() {},
};
