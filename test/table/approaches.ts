import type { Method } from '../../models/bundle/manifest';
import type { ImageSet } from '../../models/images/set';
import { measureFinePruned } from './peers/fine-pruned';
import { measureStrip } from './peers/measure';
import { type Repaired, type Run, repairAndEvaluate } from './work';

/** A method of `goodnet repair`, fine-pruning as it was published, or STRIP with so many blends an image. */
export type Approach = Method | 'fine-pruned' | `strip-${number}`;

const isStrip = (approach: Approach): approach is `strip-${number}` => approach.startsWith('strip-');

/** Repairs a net by one of them, and measures what comes of it. */
export function measureBy(
  approach: Approach,
  work: Omit<Repaired, 'method'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  if (approach === 'fine-pruned') return measureFinePruned(work, test, poisoned);
  if (isStrip(approach)) return measureStrip(work, test, poisoned, Number(approach.slice('strip-'.length)));
  return repairAndEvaluate({ ...work, method: approach }, test, poisoned);
}
