import type { LoadedImages } from '../build-repair/images/load';
import type { ImageSet } from '../models/images/set';

/** Some of the images of a set that has been loaded, as a set of its own. @param label overrides every label */
export function memorySet(name: string, images: LoadedImages, indices: Int32Array, label?: number): ImageSet {
  return {
    name,
    shape: images.shape,
    size: indices.length,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches(batchSize) {
      for (let start = 0; start < indices.length; start += batchSize) {
        const batch = indices.subarray(start, start + batchSize);
        yield {
          pixels: images.gather(batch),
          labels: batch.map((image) => label ?? images.labels[image]!),
          trueLabels: undefined,
          groups: undefined,
          names: Array.from(batch, (image) => images.names[image]!),
        };
      }
    },
    close() {},
  };
}
