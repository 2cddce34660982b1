import type { ModelInfo } from '../client';
import type { Outcome } from './ask';

/** What was said of an image, and what is made of it at a false-alarm rate. */
export interface Result {
  readonly name: string;
  readonly model: ModelInfo;
  readonly alpha: number;
  readonly outcome: Outcome;
}
