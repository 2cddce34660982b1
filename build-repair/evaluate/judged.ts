import type { ImageBatch } from '../../models/images/set';

/** What is taken of a batch whose images were judged. */
export type JudgedBatch = Pick<ImageBatch, 'pixels' | 'labels' | 'trueLabels' | 'names'> &
  Partial<Pick<ImageBatch, 'groups'>>;
