import type { Manifest } from '../models/bundle/manifest';
import type { GoodNet } from '../models/goodnet';
import type { ImageShape } from '../models/images/set';
import type { Place, Verdict } from '../models/verdict';

/** What a bundle says of itself that is worth telling. */
export type ModelCard = Pick<Manifest, 'method' | 'without' | 'finding'> & {
  /** Figures of the whole. */
  readonly measured: Omit<Manifest['measured'], 'repaired'>;
  /** Clean images behind the p-values. */
  readonly calibrationImages: number;
};

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
  /** Other such shares that can be asked for; undefined where the method has but one answer. */
  readonly alphas?: { readonly least: number; readonly most: number };
  readonly card?: ModelCard;
  /** Whether its verdicts tell how familiar a picture is. */
  readonly tellsFamiliarity?: boolean;
  /**
   * @param pixels count × height × width × channels values of 0–255, channels last, RGB
   * @param top how many of both nets' most probable classes to tell with each verdict
   * @param caller who asks: where much waits, callers take turns
   */
  classify(
    pixels: Float32Array | Uint8Array,
    count: number,
    top?: number,
    caller?: string,
  ): Promise<Verdict[]>;
  /**
   * Where in one image the trigger is, where that can be told; it takes many passes, for flagged images alone.
   * @param pixels height × width × channels values of 0–255, channels last, RGB
   */
  locate?(pixels: Uint8Array): Promise<Place | undefined>;
}

/** A loaded bundle as the service sees it. @param name what it is called here, by default what its net was called */
export function classifierOf(goodnet: GoodNet, name = goodnet.manifest.name): Classifier {
  const { id, classNames, alpha, method, measured, without, finding, calibration } = goodnet.manifest;
  const { repaired: _, ...figures } = measured;
  return {
    model: name,
    id,
    classes: goodnet.classes,
    classNames,
    input: goodnet.shape,
    alpha,
    alphas: goodnet.alphas,
    card: { method, measured: figures, without, finding, calibrationImages: calibration.images },
    tellsFamiliarity: goodnet.manifest.familiarity !== undefined,
    classify: (pixels, count, top) => goodnet.classify(pixels, count, top),
    locate: async (pixels) => (await goodnet.locate(pixels)).place,
  };
}
