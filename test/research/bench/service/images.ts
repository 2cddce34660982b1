import sharp from 'sharp';
import { readManifest } from '../../../../models/bundle/read';
import { imageSize } from '../../../../models/images/set';
import { resolveBundle } from '../../../../models/store/folder';
import { imagesOrNoise } from '../bundle';

/** Clean images as JPEGs of the net's own size; noise where no set is named. */
export async function jpegs(store: string, set: string | undefined, count: number): Promise<Buffer[]> {
  const { input, classes } = await readManifest((await resolveBundle(store)).folder);
  const { height, width, channels } = input;
  const size = imageSize(input);
  const pixels = await imagesOrNoise(set, input, classes, count);
  return await Promise.all(
    Array.from({ length: count }, (_, i) =>
      sharp(pixels.subarray(i * size, (i + 1) * size), {
        raw: { height, width, channels: channels as 1 | 3 },
      })
        .jpeg({ quality: 90 })
        .toBuffer(),
    ),
  );
}
