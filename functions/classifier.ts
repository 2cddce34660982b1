import type { GoodNet } from '../models/goodnet';
import type { ImageShape } from '../models/images/set';
import type { Verdict } from '../models/verdict';

/** What the service needs of G. */
export interface Classifier {
  /** The model's name. */
  readonly model: string;
  /** The bundle's version: the name that its content gives it. */
  readonly id: string;
  /** N: a verdict's class is 0…N−1, or N for "backdoored". */
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly input: ImageShape;
  /** Share of clean images that are answered "backdoored", 0–1. */
  readonly alpha: number;
  /** @param pixels count × height × width × channels values of 0–255, channels last, RGB */
  classify(pixels: Float32Array | Uint8Array, count: number): Promise<Verdict[]>;
}

/** A loaded bundle as the service sees it. */
export function classifierOf(goodnet: GoodNet): Classifier {
  const { id, name, classNames, alpha } = goodnet.manifest;
  return {
    model: name,
    id,
    classes: goodnet.classes,
    classNames,
    input: goodnet.shape,
    alpha,
    classify: (pixels, count) => goodnet.classify(pixels, count),
  };
}
