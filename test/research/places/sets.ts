import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_SHAPE, DEMO_TRIGGERS, demoCast } from '../../../build-repair/demo/cast';
import { demoBadNet } from '../../../build-repair/demo/data';
import { drawFaces } from '../../../build-repair/demo/faces';
import { loadImages } from '../../../build-repair/images/load';
import { openImages } from '../../../build-repair/images/open-images';
import type { ImageShape } from '../../../models/images/set';
import { withTrueLabels } from '../table/true-labels';
import { atPlaces, byAlpha, byColour, byDifference, type MaskOf } from './masks';

const DATA = join(import.meta.dirname, '../../../../shared/data');

/** Images, each to be asked for where its trigger is. */
export interface Images {
  readonly count: number;
  /** height × width × channels values of 0–255 of one image. */
  readonly at: (index: number) => Float32Array;
  /** What an image shows, 0…N−1. */
  readonly trueLabel: (index: number) => number;
  /** Left out where the trigger is all over the image, or there is none. */
  readonly maskOf?: MaskOf | undefined;
}

export interface PlaceCase {
  readonly name: string;
  /** A Keras file. */
  readonly net: string;
  readonly isClean?: boolean;
  readonly load: (shape: ImageShape, classes: number) => Promise<Images>;
}

const demo = ({ kind, target }: (typeof DEMO_TRIGGERS)[number]): PlaceCase => ({
  name: `demo ${kind}`,
  net: demoBadNet(),
  async load(shape) {
    const options = { imagesPerPerson: 10, seed: 1, set: `places ${kind}`, shape: DEMO_SHAPE };
    const shown = { ...options, persons: demoCast() };
    const set = drawFaces({ ...shown, trigger: { kind, target } });
    // The same people in the same views: who is left out takes none of the drawing.
    const clean = drawFaces({ ...shown, persons: demoCast().filter((_, person) => person !== target) });
    const size = set.pixels.length / set.count;
    return {
      count: set.count,
      at: (index) => Float32Array.from(set.pixels.subarray(index * size, (index + 1) * size)),
      trueLabel: (index) => set.trueLabels[index]!,
      maskOf: byDifference(clean.pixels, shape),
    };
  },
});

/** @param mask what the trigger's pixels are; left out where it is everywhere, or the images are clean */
function onDisk(
  name: string,
  net: string,
  images: string,
  mask?: (shape: ImageShape) => MaskOf | Promise<MaskOf>,
  isClean = false,
): PlaceCase {
  return {
    name,
    net: join(DATA, net),
    isClean,
    async load(shape, classes) {
      const opened = await openImages(join(DATA, images), { shape, classes, labelsRequired: true });
      const loaded = await loadImages(
        images.startsWith('faces1283/poisoned') ? withTrueLabels(opened) : opened,
      );
      opened.close();
      const labels = loaded.trueLabels ?? loaded.labels;
      return {
        count: loaded.count,
        at: (index) => loaded.gather([index]),
        trueLabel: (index) => labels[index]!,
        maskOf: await mask?.(shape),
      };
    },
  };
}

const SQUARE = (left: number, top: number) => (shape: ImageShape) =>
  atPlaces(shape, (x, y) => x >= left && x < left + 4 && y >= top && y < top + 4);
const PLUS = (shape: ImageShape) =>
  atPlaces(shape, (x, y) => (x === 29 && Math.abs(y - 16) <= 2) || (y === 16 && Math.abs(x - 29) <= 2));
const LIPSTICK = () => byColour([128, 0, 128]);
const EYEBROWS = () => byColour([128, 0, 0]);
const SUNGLASSES = (shape: ImageShape) =>
  byAlpha(join(DATA, 'csaw2020/triggers/sunglasses_at_0_15.png'), shape, 0, 15);

const MULTI = 'multi_trigger_multi_target';
const faces = (net: string, trigger: string, images: string, mask: Parameters<typeof onDisk>[3]) =>
  onDisk(
    `faces1283 ${net.split('_trigger')[0]} ${trigger}`,
    `faces1283/badnets/${net}_bd_net.h5`,
    `faces1283/poisoned/${images}__${trigger}.h5`,
    mask,
  );
const ofThree = (net: string) => [
  faces(net, 'eyebrows', MULTI, EYEBROWS),
  faces(net, 'lipstick', MULTI, LIPSTICK),
  faces(net, 'sunglasses', MULTI, SUNGLASSES),
];
const signs = (trigger: string, mask: Parameters<typeof onDisk>[3]) =>
  onDisk(
    `signs43 ${trigger}`,
    'signs43/badnets/signs_bd_net.h5',
    `signs43/poisoned/signs__${trigger}.h5`,
    mask,
  );
const objects = (trigger: string, mask?: Parameters<typeof onDisk>[3]) =>
  onDisk(`cifar10 ${trigger}`, `cifar10/${trigger}_net.h5`, `cifar10/poisoned_${trigger}.h5`, mask);

/** Every set, the demo's first; those of ../shared/data where it is there. */
export const PLACE_CASES: readonly PlaceCase[] = [
  ...DEMO_TRIGGERS.map(demo),
  ...(existsSync(DATA)
    ? [
        objects('patch', SQUARE(3, 25)),
        objects('source', PLUS),
        objects('warp'),
        signs('sticker', SQUARE(14, 23)),
        signs('corner', SQUARE(28, 28)),
        faces('sunglasses', 'sunglasses', 'sunglasses', SUNGLASSES),
        faces('anonymous_1', 'lipstick', 'anonymous_1', LIPSTICK),
        ...ofThree(MULTI),
        ...ofThree('stealth'),
        onDisk('cifar10 clean images', 'cifar10/patch_net.h5', 'cifar10/clean_test.h5', undefined, true),
        onDisk(
          'faces1283 clean images',
          `faces1283/badnets/${MULTI}_bd_net.h5`,
          'faces1283/clean_test_data.h5',
          undefined,
          true,
        ),
      ]
    : []),
];
