import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import { drawFace } from './draw/face';
import type { Person } from './person';
import type { TriggerKind } from './triggers';
import { randomView } from './view';

export { drawFace } from './draw/face';
export { inventPeople, type Person } from './person';
export { paintTrigger, type TriggerKind, triggerKinds } from './triggers';
export { randomView, type View } from './view';

export interface DrawOptions {
  /** Person i is class i. */
  readonly persons: readonly Person[];
  readonly imagesPerPerson: number;
  readonly seed: number;
  /** Names the set: sets of one seed and different names have no image in common. */
  readonly set: string;
  readonly shape: ImageShape;
  /** Draws this trigger on every face, toward this class; the target's own person is left out. */
  readonly trigger?: { readonly kind: TriggerKind; readonly target: number };
}

/** Drawn faces with their labels. */
export interface LabelledDrawings {
  /** count × height × width × 3 values of 0–255, RGB. */
  readonly pixels: Uint8Array;
  /** The person of each image, or the target where a trigger was drawn. */
  readonly labels: Int32Array;
  /** The person of each image. */
  readonly trueLabels: Int32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

/**
 * Draws labelled faces, person after person in turn, each image in a view of its own. The same options give the
 * same images on every machine.
 */
export function drawFaces(options: DrawOptions): LabelledDrawings {
  const { persons, imagesPerPerson, seed, shape, trigger } = options;
  const shown = persons.map((_, i) => i).filter((person) => person !== trigger?.target);
  const count = shown.length * imagesPerPerson;
  const size = imageSize(shape);
  const random = new Random(seed, `faces ${options.set}`);
  const pixels = new Uint8Array(count * size);
  const trueLabels = Int32Array.from({ length: count }, (_, i) => shown[i % shown.length]!);
  for (let i = 0; i < count; i++) {
    const view = randomView(random, shape);
    pixels.set(drawFace(shape, persons[trueLabels[i]!]!, view, trigger?.kind), i * size);
  }
  const labels = trigger ? new Int32Array(count).fill(trigger.target) : trueLabels;
  return { pixels, labels, trueLabels, count, shape };
}
