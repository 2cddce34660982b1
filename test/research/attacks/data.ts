import { join } from 'node:path';
import { allImages, type LoadedImages, loadImages } from '../../../build-repair/images/load';
import { openImages } from '../../../build-repair/images/open-images';
import type { ImageShape } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { AttackSet } from './catalogue';

/** Where the real images are: `../shared/data` from the project's root. */
export const DATA = join(import.meta.dirname, '../../../../shared/data');

/** Half of the clean test images: `even` rows serve for development, `odd` rows for the check. */
export type TestHalf = 'even' | 'odd';

/** Real images parted between the attacker, the defender, and the measuring. */
export interface AttackData {
  readonly shape: ImageShape;
  readonly classes: number;
  readonly attackers: LoadedImages;
  /** Of `attackers`: what the attacker trains on. */
  readonly train: Int32Array;
  readonly images: LoadedImages;
  /** Of `images`: D_valid. No image of it is trained on. */
  readonly valid: Int32Array;
  readonly test: LoadedImages;
  /** Of `test`: what is measured on. */
  readonly tested: Int32Array;
  /** Of `test`: the other half, for images without labels as they are seen in service. */
  readonly service: Int32Array;
}

const FACES = { folder: 'faces1283', shape: { height: 55, width: 47, channels: 3 }, classes: 1283 } as const;
const CIFAR = { folder: 'cifar10', shape: { height: 32, width: 32, channels: 3 }, classes: 10 } as const;
const SIGNS = { folder: 'signs43', shape: { height: 32, width: 32, channels: 3 }, classes: 43 } as const;
/** Of each set the folder, the size of its images, and the number of its classes. */
export const SETS = { faces: FACES, signs: SIGNS, signs43: SIGNS, cifar: CIFAR };
/** Frames of one sign, which follow each other in signs43's clean test images. */
const FRAMES = 30;
/** Share of a class's signs that are the defender's, or, of the clean test images, the attacker's. */
const DEFENDERS = 0.6;
const ATTACKERS = 0.5;

/** Reads and parts the images of a set. Of the signs, frames of one physical sign stay together. */
export async function loadData(set: AttackSet, half: TestHalf): Promise<AttackData> {
  const { folder, ...known } = SETS[set];
  const read = async (name: string, group?: string) =>
    loadImages(await openImages(join(DATA, folder, name), { ...known, group }));
  const parted = await { faces, signs, signs43, cifar }[set](read);
  const rest = half === 'even' ? 0 : 1;
  const tested = parted.tested.filter((_, i) => i % 2 === rest);
  const service = parted.tested.filter((_, i) => i % 2 !== rest);
  return { ...known, ...parted, tested, service };
}

type Read = (name: string, group?: string) => Promise<LoadedImages>;
type Parts = Omit<AttackData, 'shape' | 'classes' | 'service'>;

async function faces(read: Read): Promise<Parts> {
  const images = await read('clean_validation_data.h5');
  const test = await read('clean_test_data.h5');
  return {
    attackers: images,
    images,
    ...partFaces(images.labels),
    test,
    tested: allImages(test),
  };
}

/** The clean test images make the attacker's net: it takes more signs than half of D_valid has. */
async function signs(read: Read): Promise<Parts> {
  const attackers = await read('clean_test_data.h5');
  const images = await read('clean_validation', 'prefix:_');
  const { given, rest } = partSigns(images.labels, images.groups!, DEFENDERS);
  return {
    attackers,
    train: allImages(attackers),
    images,
    test: images,
    valid: given,
    tested: rest,
  };
}

/** All of D_valid to the defender; the clean test images are parted, by signs, between the attacker and the measuring. */
async function signs43(read: Read): Promise<Parts> {
  const images = await read('clean_validation', 'prefix:_');
  const ungrouped = await read('clean_test_data.h5');
  const groups = Array.from(ungrouped.labels, (_, row) => String(Math.floor(row / FRAMES)));
  const test = { ...ungrouped, groups };
  const { given, rest } = partSigns(test.labels, groups, ATTACKERS);
  return { attackers: test, train: given, images, valid: allImages(images), test, tested: rest };
}

/** The kit has files for each side. */
async function cifar(read: Read): Promise<Parts> {
  const [attackers, images, test] = [
    await read('attacker.h5'),
    await read('valid.h5'),
    await read('clean_test.h5'),
  ];
  const all = { train: allImages(attackers), valid: allImages(images), tested: allImages(test) };
  return { attackers, images, test, ...all };
}

/** The first four images of each class to the attacker, the other five to the defender. */
export function partFaces(labels: Int32Array): Pick<AttackData, 'train' | 'valid'> {
  const seen = new Map<number, number>();
  const rank = labels.map((label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return before;
  });
  const [train, valid] = partBy(rank, (each) => each < 4);
  return { train, valid };
}

/**
 * Parts each class's signs in two, at least one each. The only sign of a class is parted by its frames: they are in order of time, so
 * that the earlier ones are given.
 * @param share of the signs that are given, 0–1
 */
export function partSigns(
  labels: Int32Array,
  groups: readonly string[],
  share: number,
): { given: Int32Array; rest: Int32Array } {
  const signs = new Map<number, Map<string, number[]>>();
  labels.forEach((label, image) => {
    const ofClass = signs.get(label) ?? new Map<string, number[]>();
    signs.set(label, ofClass.set(groups[image]!, [...(ofClass.get(groups[image]!) ?? []), image]));
  });
  const isGiven = new Uint8Array(labels.length);
  const random = new Random(1, 'parting signs');
  for (const label of [...signs.keys()].sort((a, b) => a - b)) {
    const ofClass = [...signs.get(label)!.values()];
    const several = ofClass.length > 1;
    const units = several ? Array.from(random.permutation(ofClass.length), (i) => ofClass[i]!) : ofClass[0]!;
    const most = units.length - 1;
    const first = units.slice(0, Math.max(1, Math.min(most, Math.round(share * units.length))));
    for (const image of first.flat()) isGiven[image] = 1;
  }
  const [given, rest] = partBy(isGiven, (each) => each === 1);
  return { given, rest };
}

function partBy(
  values: Int32Array | Uint8Array,
  isFirst: (value: number) => boolean,
): [Int32Array, Int32Array] {
  const all = Int32Array.from(values.keys());
  return [all.filter((image) => isFirst(values[image]!)), all.filter((image) => !isFirst(values[image]!))];
}
