import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { MemoryFile } from '../../bundle/artifacts';
import type { ImageShape } from '../../images/set';
import type { DetectorNets } from '../nets';

/**
 * One kind of evidence that an image carries a backdoor: a number an image, higher is more suspicious. All that serving needs of it is
 * here; what of it takes training to fit is fitted in build-repair/repair/evidence. docs/adding-evidence.md tells how one is added.
 * @typeParam Part what is fitted to clean images and lies in a bundle
 */
export interface Kind<Part = unknown> {
  /** What it is called: in a manifest, in a report, in docs/method.md. */
  readonly name: string;
  /** What it asks of an image, for people. */
  readonly asks: string;
  /**
   * How far a backdoor is taken to shift it, beside other kinds, in spreads of clean images: one that outlives unlearning, and one that
   * doesn't; by 1 each where this is left out. With 0 it is no evidence itself, but what others say is held against what is usual at its value.
   */
  readonly shifts?: readonly [number, number];
  /** The kind that is not asked where this one is had. */
  readonly replaces?: string;
  /** Why a bundle goes without it, or partly so; undefined where it doesn't. */
  without?(found: Found): string | undefined;
  /** Fits it to clean images, where that takes no training. */
  fit?(clean: CleanImages): Part;
  /** How its part lies in a bundle; left out where it has none, or that lies in a net of its own. */
  readonly stored?: Stored<Part>;
  /**
   * Makes it ready to read images, in service and in calibration.
   * @returns undefined where the bundle goes without it
   */
  open(part: Part | undefined, nets: Pick<DetectorNets, 'relearned' | 'repaired'>): Reader | undefined;
}

/** Evidence of n images, by the name of its kind; NaN where an image has none of that kind. */
export type Readings = { readonly [kind: string]: Float32Array | undefined };

/** A kind of evidence that is ready to read images. */
export interface Reader {
  /** What it takes of n images, a row each; tensors that it makes are freed (tf.tidy). Undefined where the nets don't give it. */
  rows(ran: Ran): Tensor | undefined;
  /** The same by name (see taking): what has no name, no other engine than TensorFlow.js gives. */
  readonly takes?: Takes | undefined;
  /**
   * The evidence of n images from their rows. Left out where it costs much and is asked further, of few images (see addTransplantEvidence).
   * @param at the class that B names for each
   * @param classes N
   * @returns n values, NaN for an image that it can't tell of
   */
  tell?(rows: Float32Array, at: Int32Array, classes: number): Float32Array;
  /** Frees its tensors. */
  free?(): void;
}

/** What a reader takes, by name. */
export interface Takes {
  readonly of: 'image' | 'bad' | 'relearned' | 'repaired';
  /** Which of its outputs (see Ran), from the end where it is below 0; 0 where it is left out. */
  readonly output?: number;
  /** A net that it is run through: its first output is taken. */
  readonly net?: LayersModel;
  /** What the values of each image are multiplied by: values × dimensions. */
  readonly matrix?: Tensor2D;
}

/** What nets give of n images. */
export interface Ran {
  readonly n: number;
  /** n × height × width × channels, scaled as the nets take them. */
  readonly image: Tensor4D;
  /** Of B: [logits, latent, trunk?, cut?, stem?] (see featureNet). */
  readonly bad: readonly Tensor[];
  /** Of the linear probe: [logits of B and it together, its own scores]; empty where there is none. */
  readonly relearned: readonly Tensor[];
  /** Of B′, where it is a net of its own: its logits; else empty. */
  readonly repaired: readonly Tensor[];
  /** Bytes that the process may take (see DetectorNets). */
  readonly memory?: number | undefined;
}

/** Tells whether evidence of a kind is had, by the kind's name. */
export type Has = (kind: string) => boolean;

/** Whether all is had that takes clean images of the class that B names: distances, and a linear probe. */
export function isComplete(has: Has): boolean {
  return has('latent') && has('relearned');
}

/** What was found when the detector was fitted: why evidence may be missing. */
export interface Found {
  /** Whether the evidence in question is had. */
  readonly isHad: boolean;
  /** Whether B has image-shaped features that everything passes. */
  readonly hasTrunk: boolean;
  /** Classes that the linear probe is not asked of. */
  readonly classesNotInProbe: readonly number[];
  /** The share of the clean images asked further that a half alone has B name, 0–1; undefined where there are no hosts to ask with. */
  readonly namedByHalves: number | undefined;
}

/** Clean images to fit on. */
export interface CleanImages {
  /** Numbers of those images among all clean ones. */
  readonly images: Int32Array;
  /** Their classes. */
  readonly labels: Int32Array;
  /** @returns images × height × width × channels values of 0–255 */
  gather(images: Int32Array): Float32Array;
  readonly seed: number;
}

/** How a kind's part lies in a bundle. */
export interface Stored<Part> {
  /** Which field of the manifest tells of it; left out: `evidence.NAME`. */
  readonly at?: readonly [string, ...string[]];
  /** What that field says, as JSON. */
  field(part: Part): object;
  files(part: Part): MemoryFile[] | Promise<MemoryFile[]>;
  /** Puts the part together again. @throws RangeError where the files don't fit what the field says */
  read(field: object, bundle: PartReader): Promise<Part>;
}

/** What a part is read from: a bundle whose files are verified. */
export interface PartReader {
  readonly shape: ImageShape;
  /** N. */
  readonly classes: number;
  read(path: string): Promise<Uint8Array>;
  /** The net in one of its folders. */
  net(folder: string): Promise<LayersModel>;
}
