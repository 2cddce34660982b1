import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { type Rate, rateOf } from '../../../../build-repair/evaluate/interval';
import { allImages, type LoadedImages } from '../../../../build-repair/images/load';
import { fineTune } from '../../../../build-repair/repair/learn/fine-tune';
import { accuracyOn } from '../../../../build-repair/repair/observe/accuracy';
import { copyNet } from '../../../../models/nets/graph';
import { Random } from '../../../../models/random';

/** So many triggered images are among those that a net is taught. */
export const TAUGHT = [0, 1, 5, 20, 100] as const;

/** Origin: chosen by hand; a taught net is trained no longer than a repair takes. */
const EPOCHS = 5;
const LEARNING_RATE = 1e-3;
const BATCH = 64;

/** Images that a net is taught and measured with. */
export interface Lessons {
  /** D_valid. */
  readonly clean: LoadedImages;
  /** With the trigger, labelled with the attacker's target; those that are not taught are measured on. */
  readonly poisoned: LoadedImages;
  readonly test: LoadedImages;
}

/** What a net does once it was taught so many triggered images; as it came, where that is undefined. */
export interface Retaught {
  readonly taught: number | undefined;
  readonly attackSuccess: Rate;
  readonly accuracy: Rate;
}

/**
 * How many triggered images bring a backdoor back: a net is fine-tuned on clean images and some triggered ones with the attacker's label, as
 * whoever trains it on might do unknowingly (Min et al., "Uncovering, Explaining, and Mitigating the Superficial Safety of Backdoor
 * Defense", NeurIPS 2024). A net that forgot its backdoor takes as many as one that never had it.
 * @param net image → logits; as it was afterwards
 * @param counts how many triggered images, in ascending order
 */
export async function retaught(
  net: LayersModel,
  { clean, poisoned, test }: Lessons,
  context: Omit<RepairContext, 'images'>,
  counts: readonly number[] = TAUGHT,
): Promise<Retaught[]> {
  const order = new Random(context.seed, 'retaught').permutation(poisoned.count);
  const most = Math.max(...counts);
  if (most >= poisoned.count) throw new RangeError(`${poisoned.count} triggered images are too few`);
  const measured = Int32Array.from(order.slice(most)).filter(
    (image) => poisoned.trueLabels?.[image] !== poisoned.labels[image],
  );
  const measure = async (taught: number | undefined, of: LayersModel): Promise<Retaught> => ({
    taught,
    attackSuccess: await rateOn({ ...context, images: poisoned }, of, measured),
    accuracy: await rateOn({ ...context, images: test }, of, allImages(test)),
  });
  const told = [await measure(undefined, net)];
  for (const count of counts) {
    const images = joined(clean, poisoned, Int32Array.from(order.slice(0, count)));
    const taught = copyNet(net, 'retaught');
    await fineTune(
      { ...context, images },
      {
        model: taught,
        epochs: EPOCHS,
        batchSize: BATCH,
        learningRate: LEARNING_RATE,
        fit: allImages(images),
        stage: `Teaching ${count} triggered images`,
        stream: 'retaught',
      },
    );
    told.push(await measure(count, taught));
    taught.dispose();
  }
  return told;
}

async function rateOn(context: RepairContext, net: LayersModel, sample: Int32Array): Promise<Rate> {
  return rateOf(Math.round((await accuracyOn(context, net, sample)) * sample.length), sample.length);
}

/** Clean images, and some of other ones behind them. */
function joined(clean: LoadedImages, others: LoadedImages, which: Int32Array): LoadedImages {
  return {
    ...clean,
    count: clean.count + which.length,
    labels: Int32Array.from([...clean.labels, ...which.map((image) => others.labels[image]!)]),
    gather: (indices) => {
      const each = Array.from(indices, (image) =>
        image < clean.count ? clean.gather([image]) : others.gather([which[image - clean.count]!]),
      );
      const size = each[0]?.length ?? 0;
      const all = new Float32Array(each.length * size);
      each.forEach((values, i) => {
        all.set(values, i * size);
      });
      return all;
    },
  };
}
