import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../images/set';
import type { PixelScaling } from '../pixels';
import type { Gallery } from './gallery';
import type { ClassCloud } from './mahalanobis';

/** B′ as a net: it works on images, or on all that B gives (a list of tensors). */
export interface RepairedNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'bad';
  /** Classes of which its relearned head is no evidence, for want of groups of clean images. */
  readonly unheard?: readonly number[] | undefined;
}

/** E as a net to logits: it works on images, or on the last of what B gives, the stem. */
export interface ExpertNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'stem';
}

/** What halves of an image are transplanted onto, and what then answers. */
export interface Transplant {
  /** What is cut: what B gives as its cut (see featureNet), or images themselves. */
  readonly from: 'cut' | 'image';
  /** The hosts, images without a trigger: count × height × width × channels values of 0–255. */
  readonly hosts: Uint8Array;
  readonly count: number;
}

/** The nets that answer. All of them end in logits. */
export interface DetectorNets {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  readonly classes: number;
  /** B: image → logits, or [logits, latent, trunk?, cut?, stem?] (see featureNet). */
  readonly bad: LayersModel;
  /** B′: logits, or [logits, scores of the relearned head]. Undefined where it is B with classes passed over. */
  readonly repaired: RepairedNet | undefined;
  /** What B′ names the class of the images by whose evidence speaks against B's; it needs B's stem. */
  readonly gallery?: Gallery | undefined;
}

/** What kinds of evidence were fitted to clean images, by the kind's name; left out where a bundle goes without. */
export interface Parts {
  /** E, the expert that forgot the clean task. */
  readonly forgetting?: ExpertNet | undefined;
  readonly latent?: ClassCloud | undefined;
  readonly trunk?: ClassCloud | undefined;
  readonly transplant?: Transplant | undefined;
  readonly [other: string]: unknown;
}
