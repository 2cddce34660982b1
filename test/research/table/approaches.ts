import type { Method } from '../../../models/bundle/manifest';
import type { ImageSet } from '../../../models/images/set';
import { finePruned } from './peers/fine-pruned';
import { measureStrip } from './peers/measure';
import { measureNet, unlearned } from './peers/measure-net';
import { type Repaired, type Run, repairAndEvaluate } from './work';

/** A method of `goodnet repair`, its repaired net without a detector, fine-pruning as it was published, or STRIP with so many blends an image. */
export type Approach = Method | 'unlearned' | 'fine-pruned' | `strip-${number}`;

const isStrip = (approach: Approach): approach is `strip-${number}` => approach.startsWith('strip-');

/** Repairs a net by one of them, and measures what comes of it. */
export function measureBy(
  approach: Approach,
  work: Omit<Repaired, 'method'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  if (approach === 'fine-pruned') return measureNet(finePruned, work, test, poisoned);
  if (approach === 'unlearned') return measureNet(unlearned, work, test, poisoned);
  if (isStrip(approach)) return measureStrip(work, test, poisoned, Number(approach.slice('strip-'.length)));
  return repairAndEvaluate({ ...work, method: approach }, test, poisoned);
}
