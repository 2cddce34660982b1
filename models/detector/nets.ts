import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../images/set';
import type { PixelScaling } from '../pixels';
import type { Gallery } from './gallery';
import type { ClassGaussians } from './mahalanobis';

/** A linear probe: a last layer learned anew from labels, on B's features: [logits, latent, trunk?] of B → [logits of B and it together, its own scores]. */
export interface LinearProbeNet {
  readonly model: LayersModel;
  /** Classes of which the probe is no evidence, for want of groups of clean images. */
  readonly classesNotInProbe?: readonly number[] | undefined;
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
  /** Evidence, and B's second opinion: where no net below stands alone, B′ is B with it, with classes passed over. */
  readonly relearned?: LinearProbeNet | undefined;
  /** B′ as a net that stands alone: image → logits. */
  readonly repaired?: LayersModel | undefined;
  /** What B′ names the class of the images by whose evidence speaks against B's; it needs B's stem. */
  readonly gallery?: Gallery | undefined;
  /** Bytes that the process may take: more images than fit run through the nets in parts. By default the most that wasm can have. */
  readonly memory?: number | undefined;
}

/** What kinds of evidence were fitted to clean images, by the kind's name; left out where a bundle goes without. */
export interface Parts {
  /** E, the expert that forgot the clean task. */
  readonly forgetting?: ExpertNet | undefined;
  readonly latent?: ClassGaussians | undefined;
  readonly trunk?: ClassGaussians | undefined;
  readonly transplant?: Transplant | undefined;
  readonly [other: string]: unknown;
}
