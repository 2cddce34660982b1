import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadImages } from '../../../../build-repair/images/load';
import { hdf5Bytes } from '../../../../models/hdf5/bytes';
import { type ImageSet, imageSize } from '../../../../models/images/set';
import { loadNet } from '../../../../models/keras';
import { toLogits } from '../../../../models/keras/logits';
import { repairBySeedRecipe } from '../../bench/seed-recipe/run';
import type { Repaired, Run } from '../work';
import { measureNet } from './measure-net';

/**
 * Repairs a net by the seed's recipe in Keras and tensorflow-model-optimization, and measures it as `--method magnitude` is: where B and
 * the pruned net disagree, an image is flagged.
 * @throws Error where Python's packages can't be had, or the recipe fails
 */
export async function measureInKeras(
  work: Pick<Repaired, 'net' | 'netPath' | 'clean' | 'seed'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-recipe-'));
  const [clean, out] = ['clean.h5', 'repaired.h5'].map((name) => join(folder, name)) as [string, string];
  let seconds: number | undefined;
  try {
    writeFileSync(clean, await contestFile(work.clean));
    const run = await measureNet(
      async () => {
        seconds = repairBySeedRecipe(work.netPath, clean, out);
        if (seconds === undefined) throw new Error(`${work.netPath} was not repaired in Keras`);
        return toLogits((await loadNet(out)).model);
      },
      work,
      test,
      poisoned,
    );
    return { ...run, seconds: seconds! };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A set as the contest's files have it: channels before rows. */
async function contestFile(set: ImageSet): Promise<Uint8Array> {
  const images = await loadImages(set);
  const { count, shape, labels } = images;
  const { height, width, channels } = shape;
  const places = height * width;
  const size = imageSize(shape);
  const data = new Uint8Array(count * size);
  for (let image = 0; image < count; image++) {
    images.gather([image]).forEach((value, i) => {
      data[image * size + (i % channels) * places + Math.floor(i / channels)] = Math.round(value);
    });
  }
  images.dispose();
  return await hdf5Bytes((file) => {
    file.create_dataset({ name: 'data', data, shape: [count, channels, height, width], dtype: '<B' });
    file.create_dataset({ name: 'label', data: Float64Array.from(labels), shape: [count], dtype: '<f8' });
  });
}
