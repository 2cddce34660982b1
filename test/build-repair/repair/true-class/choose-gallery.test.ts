import { beforeAll, describe, expect, test } from 'vitest';
import type { RepairContext } from '../../../../build-repair/context';
import { observe } from '../../../../build-repair/repair/observe/observe';
import { chooseGallery } from '../../../../build-repair/repair/true-class/choose-gallery';
import { fitGallery } from '../../../../build-repair/repair/true-class/fit-gallery';
import { withSecondOpinion } from '../../../../build-repair/repair/true-class/second-opinion';
import type { Gallery } from '../../../../models/detector/gallery';
import { startEngine } from '../../../../models/engine';
import { featureNet } from '../../../../models/nets/features';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, size, stripes } from '../striped-images';

beforeAll(async () => {
  await startEngine();
});

const COUNT = 120;

/** The gallery of some images as it is chosen. */
async function chosenOf(context: RepairContext): Promise<Gallery | undefined> {
  const bad = featureNet(copyNet(branchedNet(classes)), 'bad');
  const { latent, places } = await observe(context, bad, { stage: '', places: true });
  const head = { weights: new Float32Array(latent.dimensions * classes), bias: new Float32Array(classes) };
  const repaired = withSecondOpinion(bad.net, { latent, trunk: undefined, head });
  const gallery = await fitGallery(context, bad.net, places!);
  return await chooseGallery(context, bad.net, repaired, gallery, range(0, COUNT));
}

/** Classes that nothing in the pictures tells: only a gallery that holds a picture itself, or its double, can name it. */
const untold = (unit: (image: number) => number) =>
  Int32Array.from({ length: COUNT }, (_, image) => ((unit(image) * 7919) % 31) % classes);
/** The temperatures are 0.5 … 32: the more the gallery’s word is worth, the lower. */
const WORTHLESS = 32;

describe('a gallery, measured on images that it is asked to leave out,', () => {
  const pictures = stripes(COUNT, 1);

  test('is worth something where pictures show their class', async () => {
    expect((await chosenOf(contextOf(pictures)))!.temperature).toBeLessThan(4);
  });

  test('is worth nothing where they don’t, though it holds each of them', async () => {
    const context = contextOf({ ...pictures, labels: untold((image) => image) });
    expect((await chosenOf(context))!.temperature).toBe(WORTHLESS);
  });

  test('is worth nothing where it holds a double of the same group', async () => {
    const pair = (image: number) => image >> 1;
    const pixels = pictures.pixels.slice();
    for (let image = 1; image < COUNT; image += 2)
      pixels.copyWithin(image * size, (image - 1) * size, image * size);
    const context = contextOf({ pixels, labels: untold(pair) });
    const groups = Array.from({ length: COUNT }, (_, image) => `pair ${pair(image)}`);
    expect((await chosenOf({ ...context, images: { ...context.images, groups } }))!.temperature).toBe(
      WORTHLESS,
    );
    // Where no groups are told, doubles are others, and name each other.
    expect((await chosenOf(context))!.temperature).toBeLessThan(4);
  });
});
