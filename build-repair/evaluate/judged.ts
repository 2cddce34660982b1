import type { ImageBatch } from '../../models/images/set';

/** A batch whose images were judged: figures need its labels. */
export interface LabelledBatch extends ImageBatch {
  readonly labels: Int32Array;
}

/** What is taken of it. */
export type JudgedBatch = Pick<LabelledBatch, 'pixels' | 'labels' | 'trueLabels' | 'names'> &
  Partial<Pick<ImageBatch, 'groups'>>;
