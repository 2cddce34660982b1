import { type ImageSet, imageSize } from '../../../models/images/set';
import type { Armed } from './arm';

/** The same set, with the group of each image. @param groups in the order of the set */
export function grouped(set: ImageSet, groups: readonly string[]): ImageSet {
  return {
    ...set,
    async *batches(batchSize) {
      let start = 0;
      for await (const batch of set.batches(batchSize)) {
        yield { ...batch, groups: groups.slice(start, start + batch.names.length) };
        start += batch.names.length;
      }
    },
  };
}

/** A set with triggers on every so many of its images, one after the other, as whole numbers; the labels stay. */
export function partlyStamped(set: ImageSet, armed: readonly Armed[], every: number): ImageSet {
  const size = imageSize(set.shape);
  return {
    ...set,
    async *batches(batchSize) {
      let image = 0;
      for await (const batch of set.batches(batchSize)) {
        const pixels = Float32Array.from(batch.pixels);
        for (let i = 0; i < batch.names.length; i++, image++) {
          if (image % every > 0) continue;
          const { trigger } = armed[(image / every) % armed.length]!;
          pixels.set(trigger.stamp(pixels.subarray(i * size, (i + 1) * size)), i * size);
        }
        yield { ...batch, pixels: Uint8Array.from(pixels, Math.round) };
      }
    },
  };
}

/**
 * A set with a trigger on every image, as an image file would hold it (whole numbers): labels are the target
 * classes, true labels the set's.
 */
export function stamped(set: ImageSet, { trigger, targetOf }: Armed): ImageSet {
  return {
    ...set,
    name: trigger.name,
    async *batches(batchSize) {
      for await (const batch of set.batches(batchSize)) {
        const labels = batch.labels!;
        yield {
          ...batch,
          pixels: Uint8Array.from(trigger.stamp(Float32Array.from(batch.pixels)), Math.round),
          labels: labels.map(targetOf),
          trueLabels: labels,
        };
      }
    },
  };
}
