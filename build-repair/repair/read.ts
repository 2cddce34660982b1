import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSet } from '../../models/images/set';
import { toLogits } from '../../models/keras/logits';
import { alikeInWords, lookForAlike } from '../images/alike';
import { type LoadedImages, loadImages } from '../images/load';
import { STAGES } from '../stages';
import type { AskedRepair } from './check/options';
import { checkHosts } from './evidence/hosts';

/** All that a repair reads; to be disposed. */
export interface Inputs {
  /** B, flat, ending in logits: a copy. */
  readonly flat: LayersModel;
  /** D_valid. */
  readonly images: LoadedImages;
  readonly unlabelled: LoadedImages | undefined;
  readonly hosts: LoadedImages | undefined;
  dispose(): void;
}

/**
 * Reads the sets of images, each once, and lays B flat.
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
}: Pick<
  AskedRepair,
  'net' | 'clean' | 'unlabelled' | 'hosts' | 'progress' | 'signal' | 'say' | 'tell'
>): Promise<Inputs> {
  const held: { dispose(): unknown }[] = [];
  const dispose = () => {
    for (const each of held) each.dispose();
  };
  const load = async (set: ImageSet, stage: string, labelsRequired: boolean) => {
    const onProgress = (done: number, total: number) => progress({ stage, done, total });
    const loaded = await loadImages(set, { labelsRequired, signal, onProgress });
    held.push(loaded);
    return loaded;
  };
  try {
    const images = await load(clean, STAGES.reading, true);
    for (const line of clean.remarks ?? []) tell(line);
    for (const line of alikeInWords(lookForAlike(images, signal), clean.name)) tell(line);
    const seen = unlabelled && (await load(unlabelled, STAGES.readingUnlabelled, false));
    const shown = hosts && (await load(hosts, STAGES.readingHosts, false));
    if (shown) checkHosts(shown);
    const flat = toLogits(net.model);
    held.push(flat);
    return { flat, images, unlabelled: seen, hosts: shown, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
