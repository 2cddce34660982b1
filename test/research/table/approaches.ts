import type { Method } from '../../../models/bundle/manifest';
import type { ImageSet } from '../../../models/images/set';
import { badExpert } from '../field/peers/badexpert';
import { finePruning } from '../field/peers/fine-pruning';
import { mahalanobis } from '../field/peers/mahalanobis';
import { finePruned } from './peers/fine-pruned';
import { measureInKeras } from './peers/in-keras';
import { measureStrip } from './peers/measure';
import { measureNet, unlearned } from './peers/measure-net';
import { measurePeer } from './peers/measure-peer';
import { type Repaired, type Run, repairAndEvaluate } from './work';

/** Detectors of others that have an α. */
const PEERS = { BaDExpert: badExpert, Mahalanobis: mahalanobis, 'fine-pruning': finePruning } as const;

/**
 * A method of `goodnet repair`, its repaired net without a detector, fine-pruning as it was published, the seed's recipe in Keras, STRIP with
 * so many blends an image, or another's detector.
 */
export type Approach =
  | Method
  | 'unlearned'
  | 'fine-pruned'
  | 'magnitude-keras'
  | `strip-${number}`
  | keyof typeof PEERS;

const isStrip = (approach: Approach): approach is `strip-${number}` => approach.startsWith('strip-');

const isPeer = (approach: Approach): approach is keyof typeof PEERS => approach in PEERS;

/** Repairs a net by one of them, and measures what comes of it. */
export function measureBy(
  approach: Approach,
  work: Omit<Repaired, 'method'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  if (approach === 'fine-pruned') return measureNet(finePruned, work, test, poisoned);
  if (approach === 'unlearned') return measureNet(unlearned, work, test, poisoned);
  if (approach === 'magnitude-keras') return measureInKeras(work, test, poisoned);
  if (isPeer(approach)) return measurePeer(PEERS[approach], work, test, poisoned);
  if (isStrip(approach)) return measureStrip(work, test, poisoned, Number(approach.slice('strip-'.length)));
  return repairAndEvaluate({ ...work, method: approach }, test, poisoned);
}
