/** How far a long piece of work is. */
export interface ProgressEvent {
  /** What is being done, in a few words. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly loss?: number;
  /** 0–1. */
  readonly accuracy?: number;
}

/** Takes note of progress. */
export type Progress = (event: ProgressEvent) => void;

/** For work that nobody watches. */
export const silent: Progress = () => {};
