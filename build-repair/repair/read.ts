import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Fit } from '../../models/images/fit';
import type { ImageSet } from '../../models/images/set';
import { toLogits } from '../../models/keras/logits';
import { alikeInWords, lookForAlike } from '../images/alike';
import { type LoadedImages, loadImages } from '../images/load';
import { STAGES } from '../stages';
import type { CheckedRepair, RepairOptions } from './check/options';
import { checkHosts } from './evidence/hosts';

/** Share of the memory that a set's pixels may take, as bytes; more are kept in a temporary file. Origin: chosen by hand. */
const PIXELS = 1 / 8;

/** The sets of a repair, as they were read. */
export interface Sets {
  /** D_valid. */
  readonly images: LoadedImages;
  readonly unlabelled: LoadedImages | undefined;
  readonly hosts: LoadedImages | undefined;
}

/** All that a repair reads; to be disposed. */
export interface Inputs extends Sets {
  /** B, flat, ending in logits: a copy. */
  readonly flat: LayersModel;
  /** Reads the sets again, pictures of another size brought to the net's in another way. What was read before is disposed of. */
  again(fit: Fit): Promise<Sets>;
  dispose(): void;
}

/**
 * Reads the sets of images and lays B flat.
 * @throws ImageError for a set that can't be used; whatever `signal` was aborted with
 */
export async function read({
  net,
  clean,
  unlabelled,
  hosts,
  progress,
  signal,
  say,
  tell = say,
  memory,
}: Pick<CheckedRepair, 'net' | 'clean' | 'unlabelled' | 'hosts' | 'progress' | 'signal' | 'say' | 'tell'> &
  Pick<RepairOptions, 'memory'>): Promise<Inputs> {
  let held: LoadedImages[] = [];
  const dispose = () => {
    for (const each of held) each.dispose();
    held = [];
  };
  const load = async (set: ImageSet, stage: string, labelsRequired: boolean) => {
    const onProgress = (done: number, total: number) => progress({ stage, done, total });
    const loaded = await loadImages(set, {
      labelsRequired,
      memoryBytes: memory && memory * PIXELS,
      signal,
      onProgress,
    });
    held.push(loaded);
    return loaded;
  };
  const loadAll = async (fit?: Fit): Promise<Sets> => {
    const fitted = (set: ImageSet) => (fit && set.withFit?.(fit)) ?? set;
    const images = await load(fitted(clean), STAGES.reading, true);
    return {
      images,
      unlabelled: unlabelled && (await load(fitted(unlabelled), STAGES.readingUnlabelled, false)),
      hosts: hosts && (await load(fitted(hosts), STAGES.readingHosts, false)),
    };
  };
  try {
    const sets = await loadAll();
    for (const line of [...(net.namesNotUsed ?? []), ...(clean.remarks ?? [])]) tell(line);
    for (const line of alikeInWords(lookForAlike(sets.images, signal), clean.name)) tell(line);
    if (sets.hosts) checkHosts(sets.hosts);
    const flat = toLogits(net.model);
    return {
      ...sets,
      flat,
      again(fit) {
        dispose();
        return loadAll(fit);
      },
      dispose() {
        dispose();
        flat.dispose();
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
