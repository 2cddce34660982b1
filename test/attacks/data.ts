import { join } from 'node:path';
import { type LoadedImages, loadImages } from '../../build-repair/images/load';
import { openImages } from '../../build-repair/images/open';
import type { ImageShape } from '../../models/images/set';
import { Random } from '../../models/random';
import type { AttackSet } from './catalogue';

/** Where the real images are: `../shared/data` from the project's root. */
export const DATA = join(import.meta.dirname, '../../../shared/data');

/** Half of the clean test images: `even` rows serve for development, `odd` rows are held out. */
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

const SETS = {
  faces: { shape: { height: 55, width: 47, channels: 3 }, classes: 1283 },
  signs: { shape: { height: 32, width: 32, channels: 3 }, classes: 43 },
} as const;

/** Reads and parts the images of a set. Of the signs, frames of one physical sign stay together. */
export async function loadData(set: AttackSet, half: TestHalf): Promise<AttackData> {
  const known = SETS[set];
  const folder = join(DATA, set === 'faces' ? 'faces1283' : 'signs43');
  const read = async (name: string, group?: string) =>
    loadImages(await openImages(join(folder, name), { ...known, group }));
  const parted = set === 'faces' ? await faces(read) : await signs(read);
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
    tested: Int32Array.from(test.labels.keys()),
  };
}

/** The clean test images make the attacker's net: it takes more signs than half of D_valid has. */
async function signs(read: Read): Promise<Parts> {
  const attackers = await read('clean_test_data.h5');
  const images = await read('clean_validation', 'prefix:_');
  return {
    attackers,
    train: Int32Array.from(attackers.labels.keys()),
    images,
    test: images,
    ...partSigns(images.labels, images.groups!),
  };
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
 * Three fifths of each class's signs to the defender, the others to measure on, at least one each. The only sign of a
 * class is parted by its frames: they are in order of time, so that the earlier ones are the defender's.
 */
export function partSigns(
  labels: Int32Array,
  groups: readonly string[],
): Pick<AttackData, 'valid' | 'tested'> {
  const signs = new Map<number, Map<string, number[]>>();
  labels.forEach((label, image) => {
    const ofClass = signs.get(label) ?? new Map<string, number[]>();
    signs.set(label, ofClass.set(groups[image]!, [...(ofClass.get(groups[image]!) ?? []), image]));
  });
  const defenders = new Uint8Array(labels.length);
  const random = new Random(1, 'parting signs');
  for (const label of [...signs.keys()].sort((a, b) => a - b)) {
    const ofClass = [...signs.get(label)!.values()];
    const several = ofClass.length > 1;
    const units = several ? Array.from(random.permutation(ofClass.length), (i) => ofClass[i]!) : ofClass[0]!;
    const most = units.length - 1;
    const given = units.slice(0, Math.max(1, Math.min(most, Math.round(0.6 * units.length))));
    for (const image of given.flat()) defenders[image] = 1;
  }
  const [valid, tested] = partBy(defenders, (each) => each === 1);
  return { valid, tested };
}

function partBy(
  values: Int32Array | Uint8Array,
  isFirst: (value: number) => boolean,
): [Int32Array, Int32Array] {
  const all = Int32Array.from(values.keys());
  return [all.filter((image) => isFirst(values[image]!)), all.filter((image) => !isFirst(values[image]!))];
}
