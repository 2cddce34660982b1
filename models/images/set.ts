import type { Fit } from './fit';

/** Size of an image as a net takes it, in pixels; `channels` is 3 (RGB) or 1 (grey). */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** How pictures of another size are brought to it, wherever they are decoded; left out: stretched. */
  readonly fit?: Fit | undefined;
}

/** Consecutive images of a set. */
export interface ImageBatch {
  /** n × height × width × channels values of 0–255, channels last, RGB. */
  readonly pixels: Uint8Array | Float32Array;
  /** The n labels, each 0…N−1; undefined where the set has none. */
  readonly labels: Int32Array | undefined;
  /** The n real classes of poisoned images, where the set knows them. */
  readonly trueLabels: Int32Array | undefined;
  /** The group of each image (a video, a physical object): images of one group stay on one side of a split. */
  readonly groups: readonly string[] | undefined;
  /** What to call each image in messages and tables: `faces.h5#17`, `folder/03/a.png`. */
  readonly names: readonly string[];
}

/** An order of classes that may be meant. */
export interface OtherOrder {
  readonly name: 'by name' | 'by number';
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

/** An image that was left out, and why. */
export interface SkippedImage {
  readonly name: string;
  readonly reason: string;
}

/**
 * Images on disk, read in slices: nothing holds more than a batch at a time, so a set may be larger
 * than memory. Every pass of `batches` gives the same images in the same order.
 */
export interface ImageSet {
  /** The file's or folder's name, for messages. */
  readonly name: string;
  readonly shape: ImageShape;
  /** How many images the set names (unreadable ones included). */
  readonly size: number;
  /** Whether the images carry labels. */
  readonly labelled: boolean;
  /** Class names, index = label, where the set has them (the folders' names). */
  readonly classNames: readonly string[] | undefined;
  /** Where the order of the classes is from, in words, where it was told: `labels.txt beside the net`, `--class-order name`. */
  readonly orderFrom?: string | undefined;
  /**
   * Another order that the class folders may be in, where none was told: of their names, as Keras takes them, where the labels follow the
   * numbers that they are called by; of the numbers in their names where the labels follow these. `labels[label]` is what it is then.
   */
  readonly otherOrder?: OtherOrder | undefined;
  /** What whoever uses the set should know, in sentences. */
  readonly remarks?: readonly string[] | undefined;
  /** What files that are each taken for themselves look like frames of: so many groups, which a flag would keep together. */
  readonly frames?: { readonly groups: number; readonly flag: string } | undefined;
  /** Images left out by the latest pass; only ever filled where unreadable images may be skipped. */
  readonly skipped: readonly SkippedImage[];
  /** What lies in the folder and is not taken for an image, though it is not hidden: links that lead round, named pipes. */
  readonly ignored?: readonly SkippedImage[];
  /** How many images of the latest pass aren't opaque, and were laid on white; none where the set's kind has no transparency. */
  readonly laidOnWhite?: number;
  /**
   * How many images of the latest pass were of another size than the net takes, and how many of these of another shape (sides that have
   * another ratio); left out where the set's kind has no others.
   */
  readonly others?: { readonly size: number; readonly shape: number };
  /**
   * The same set, or its images of these names, with pictures of another size brought to the net's in this way; left out where the set's
   * kind has none of these.
   */
  readonly withFit?: (fit: Fit, names?: readonly string[]) => ImageSet;
  /**
   * Reads the set from its first image to its last.
   * @param batchSize images a batch, ≥ 1; only the last batch is smaller (or one that skipped an image)
   * @throws ImageError naming the row or file that can't be read, or whose label is out of range
   */
  batches(batchSize: number): AsyncGenerator<ImageBatch, void, void>;
  close(): void;
}

/** Values in one image. */
export function imageSize(shape: ImageShape): number {
  return shape.height * shape.width * shape.channels;
}
