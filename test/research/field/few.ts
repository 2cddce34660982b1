import { allImages, type LoadedImages, loadImages } from '../../../build-repair/images/load';
import { smallestAlpha } from '../../../models/detector/conformal';
import { GoodNetError } from '../../../models/errors';
import type { ImageSet } from '../../../models/images/set';
import { memorySet } from '../../memory-set';
import { grouped } from '../attacks/sets';
import { AT } from './figures';
import { type GoodNetScores, goodNetScores } from './goodnet';
import type { OpenedField } from './nets';

/** Clean images a class that are tried. */
const COUNTS = [50, 20, 10, 5, 2] as const;
/** With this many classes and more, one image of every tenth class is tried, too. */
const MANY_CLASSES = 1000;
const EVERY = 10;

/** Some of a net's clean images. */
export interface FewImages {
  /** `2 a class`. */
  readonly name: string;
  /** Indices among the clean images, ascending. */
  readonly images: Int32Array;
}

/**
 * The few clean images that a net is repaired with: so many of each class, spread over those that there are, for frames of one sign
 * follow each other. Where classes have no more than a greater number, this is left out.
 * @param labels of all clean images
 * @param classes N
 */
export function fewOf(labels: Int32Array, classes: number): FewImages[] {
  const ofClass = new Map<number, number[]>();
  labels.forEach((label, image) => {
    const known = ofClass.get(label);
    if (known) known.push(image);
    else ofClass.set(label, [image]);
  });
  const take = (most: number, isTaken: (label: number) => boolean) => {
    const taken = [...ofClass].flatMap(([label, images]) => (isTaken(label) ? spreadOver(images, most) : []));
    return Int32Array.from(taken).sort();
  };
  const largest = Math.max(...[...ofClass.values()].map((images) => images.length));
  const few = COUNTS.filter((count, i) => count < largest || (COUNTS[i + 1] ?? 0) < largest).map((count) => ({
    name: `${Math.min(count, largest)} a class`,
    images: take(count, () => true),
  }));
  if (classes < MANY_CLASSES) return few;
  const tenth = { name: '1 of a tenth of the classes', images: take(1, (label) => label % EVERY === 0) };
  return [...few, tenth];
}

function spreadOver(images: readonly number[], most: number): number[] {
  const n = Math.min(most, images.length);
  return Array.from({ length: n }, (_, i) => images[Math.floor((i * images.length) / n)]!);
}

/** What a repair with few clean images came to. */
export interface FewScores {
  /** The rate that was asked for in the end; undefined where no repair would do. */
  readonly promised: number | undefined;
  readonly scores: GoodNetScores | undefined;
  /** What was refused, in its words, and what is said of the promise. */
  readonly words: readonly string[];
}

/** Repairs a net with some of its clean images at 1 %, or, where that is refused, at the least rate that so many can tell. */
export async function fewScores(
  opened: OpenedField,
  { images }: FewImages,
  seed: number,
): Promise<FewScores> {
  const loaded = await loadImages(opened.clean);
  const clean = setOf(opened.clean.name, loaded, images);
  const rates = [AT[0], Math.max(AT[1], smallestAlpha(images.length))];
  const refused = new Set<string>();
  try {
    for (const alpha of rates) {
      try {
        const scores = await goodNetScores({ ...opened, clean }, { seed, alpha });
        return { promised: alpha, scores, words: [...refused, ...scores.notices.filter(isOfPromise)] };
      } catch (error) {
        if (!(error instanceof GoodNetError)) throw error;
        refused.add([error.message, error.hint].filter(Boolean).join('. '));
      }
    }
    return { promised: undefined, scores: undefined, words: [...refused] };
  } finally {
    loaded.dispose();
  }
}

function isOfPromise(notice: string): boolean {
  return /promis|withh|false alarm/i.test(notice);
}

function setOf(name: string, loaded: LoadedImages, images: Int32Array): ImageSet {
  const set = memorySet(name, loaded, images);
  const { groups } = loaded;
  return groups
    ? grouped(
        set,
        Array.from(images, (image) => groups[image]!),
      )
    : set;
}

/** Labels of all clean images of a net. */
export async function labelsOf(clean: ImageSet): Promise<Int32Array> {
  const loaded = await loadImages(clean);
  const labels = Int32Array.from(allImages(loaded), (image) => loaded.labels[image]!);
  loaded.dispose();
  return labels;
}
