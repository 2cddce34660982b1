import { GoodNetError, ImageError } from '../../models/errors';
import type { Size } from '../../models/images/fit';
import {
  type ImageBatch,
  type ImageSet,
  type ImageShape,
  imageSize,
  type SkippedImage,
} from '../../models/images/set';
import { first, present } from '../../models/present';
import { inOrder } from './in-order';
import { readImageFile, unreadable } from './read-file';

/** Images that are decoded at once. */
const WIDTH = 4;

/** An image file, and what is known of it. */
export interface ListedImage {
  readonly path: string;
  readonly label?: number;
  readonly group?: string;
  /** Known beforehand not to be usable, and why. */
  readonly bad?: string;
}

export interface FilesOptions {
  readonly shape: ImageShape;
  /** Leaves unreadable images out and counts them, instead of refusing the set. */
  readonly skipBad?: boolean;
}

/**
 * Opens image files as an unlabelled set, in the order given.
 * @throws ImageError, while reading, naming the file that can't be read
 */
export function openImageFiles(
  paths: readonly string[],
  options: FilesOptions & { name?: string; ignored?: readonly SkippedImage[] },
): ImageSet {
  const name = options.name ?? (paths.length === 1 ? first(paths) : `${paths.length} images`);
  return listedSet(
    name,
    paths.map((path) => ({ path })),
    { labelled: false, grouped: false, classNames: undefined, ignored: options.ignored },
    options,
  );
}

/** A set of listed files. */
export function listedSet(
  name: string,
  images: readonly ListedImage[],
  has: {
    labelled: boolean;
    grouped: boolean;
    classNames: readonly string[] | undefined;
    otherOrder?: ImageSet['otherOrder'];
    orderFrom?: string | undefined;
    frames?: ImageSet['frames'];
    remarks?: readonly string[];
    ignored?: readonly SkippedImage[];
  },
  { shape, skipBad = false }: FilesOptions,
): ImageSet {
  let skipped: SkippedImage[] = [];
  let laidOnWhite = 0;
  let others = { size: 0, shape: 0 };
  const read = async ({ path, bad }: ListedImage) => {
    if (bad !== undefined) throw new ImageError(bad, { code: 'IMAGES_UNREADABLE' });
    return first(await readImageFile(path, shape, ['on-white']));
  };
  async function* batches(batchSize: number): AsyncGenerator<ImageBatch, void, void> {
    skipped = [];
    laidOnWhite = 0;
    others = { size: 0, shape: 0 };
    const size = imageSize(shape);
    for (let start = 0; start < images.length; start += batchSize) {
      const listed = images.slice(start, start + batchSize);
      const pixels = new Uint8Array(listed.length * size);
      const kept: ListedImage[] = [];
      for await (const outcome of inOrder(listed, WIDTH, read)) {
        if (outcome.status === 'fulfilled') {
          pixels.set(outcome.value.pixels, kept.length * size);
          const { rendering, size: own } = outcome.value;
          if (rendering) laidOnWhite++;
          if (own && isOtherSize(own, shape)) {
            others.size++;
            if (isOtherShape(own, shape)) others.shape++;
          }
          kept.push(outcome.item);
        } else if (skipBad) {
          skipped.push({ name: outcome.item.path, reason: unreadable(outcome.reason) });
        } else {
          throw new ImageError(`${outcome.item.path} can't be used: ${unreadable(outcome.reason)}`, {
            code: outcome.reason instanceof GoodNetError ? outcome.reason.code : 'IMAGES_UNREADABLE',
            hint: 'Take it out, or leave such images out with --skip-bad.',
            cause: outcome.reason,
          });
        }
      }
      if (kept.length === 0) continue;
      yield {
        pixels: pixels.subarray(0, kept.length * size),
        labels: has.labelled
          ? Int32Array.from(kept, ({ label, path }) => present(label, `The label of ${path}`))
          : undefined,
        trueLabels: undefined,
        groups: has.grouped
          ? kept.map(({ group, path }) => present(group, `The group of ${path}`))
          : undefined,
        names: kept.map(({ path }) => path),
      };
    }
  }
  return {
    name,
    shape,
    size: images.length,
    labelled: has.labelled,
    classNames: has.classNames,
    otherOrder: has.otherOrder,
    orderFrom: has.orderFrom,
    frames: has.frames,
    remarks: has.remarks,
    get skipped() {
      return skipped;
    },
    ignored: has.ignored ?? [],
    get laidOnWhite() {
      return laidOnWhite;
    },
    get others() {
      return others;
    },
    withFit(fit, names) {
      const wanted = names && new Set(names);
      const some = wanted ? images.filter(({ path }) => wanted.has(path)) : images;
      return listedSet(name, some, has, { shape: { ...shape, fit }, skipBad });
    },
    batches,
    close() {},
  };
}

/** Sides whose ratio differs from the net's by no more than this are taken for the same shape. */
const SAME_SHAPE = 0.02;

/** Whether a picture's size is another than the net's. */
export function isOtherSize(own: Size, net: Size): boolean {
  return own.height !== net.height || own.width !== net.width;
}

/** Whether its sides have another ratio, whichever way it is turned: only decoders know. */
export function isOtherShape({ height, width }: Size, net: Size): boolean {
  const differs = (ratio: number) => Math.abs(Math.log((ratio * net.width) / net.height)) > SAME_SHAPE;
  return differs(height / width) && differs(width / height);
}
