import type { ModelInfo } from '../client';
import type { ImageAnswer } from './classify-files';

/** What was said of an image, and what is made of it at a false-alarm rate. */
export interface Result {
  readonly name: string;
  readonly model: ModelInfo;
  readonly alpha: number;
  readonly outcome: ImageAnswer;
}
