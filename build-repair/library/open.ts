import { startEngine } from '../../models/engine';
import type { Fit } from '../../models/images/fit';
import type { Layout } from '../../models/images/layout';
import type { ImageSet, ImageShape } from '../../models/images/set';
import { type ImageSize, type LoadedNet, type LoadNetOptions, loadNet } from '../../models/keras';
import type { ClassOrder } from '../images/class-folders';
import { openImages as openSet } from '../images/open';
import { parseSize } from '../size';

/** How a net's file is read. */
export interface NetOptions {
  /** Of a weights-only file: a built-in architecture's name, or the path of a JSON file (`model.to_json()`). */
  readonly architecture?: string | undefined;
  /** The size of the images, of a net that takes any: `224`, `120x160`, or height and width in pixels. */
  readonly inputSize?: string | ImageSize | undefined;
}

/** How sets of images are read, where that can't be told from them. */
export interface ImagesOptions {
  /** How pictures of another size are brought to the net's; left out: stretched, or what the net does clearly better under. */
  readonly fit?: Fit | undefined;
  /** What class folders stand for: their place by name, as Keras sorts them, or their numbers; left out: what fits the net. */
  readonly classOrder?: ClassOrder | undefined;
  /** Which images belong together, so that no split parts them: `prefix:SEPARATOR` of the file name, or `dataset:NAME` of the file. */
  readonly group?: string | undefined;
  /** What the images, and the labels, are called in a file of arrays; left out: `data` and `label`, or another usual pair. */
  readonly dataName?: string | undefined;
  readonly labelName?: string | undefined;
  /** Of a file of arrays, where both fit. */
  readonly layout?: Layout | undefined;
  /** Leaves images that can't be read out, and counts them; by default one ends the work. */
  readonly skipBad?: boolean | undefined;
}

/** A net that was opened. It holds memory outside of JavaScript's: dispose of it, or declare it with `using`. */
export class Net {
  readonly #loaded: LoadedNet;
  #isDisposed = false;

  /** @internal */
  constructor(
    /** Where it was read. */
    readonly path: string,
    loaded: LoadedNet,
  ) {
    this.#loaded = loaded;
  }

  /** N, ≥ 2. */
  get classes(): number {
    return this.#loaded.classes;
  }

  /** What it takes. */
  get inputShape(): ImageShape {
    return this.#loaded.inputShape;
  }

  /** What whoever trusts the file should know of it, a sentence each. */
  get notes(): readonly string[] {
    return this.#loaded.notes ?? [];
  }

  /** Gives back its memory; a second time nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#loaded.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What is within, for the library's own use. @internal */
  static loadedOf(net: Net): LoadedNet {
    if (net.#isDisposed) throw new Error(`${net.path} has been disposed of: open it anew`);
    return net.#loaded;
  }
}

/**
 * Opens a net of a Keras file, to be repaired or scanned more than once.
 * @throws NetError for what can't be read or used
 *
 * @example
 * import { openNet } from 'goodnet';
 *
 * const net = await openNet('net.h5');
 * console.log(net.classes, net.inputShape);
 * net.dispose();
 */
export async function openNet(path: string, options: NetOptions = {}): Promise<Net> {
  await startEngine();
  return new Net(path, await loadNet(path, loadingOf(options)));
}

/** The options of a net as what loads it takes them. */
export function loadingOf({ architecture, inputSize }: NetOptions): LoadNetOptions {
  return { architecture, inputSize: typeof inputSize === 'string' ? parseSize(inputSize) : inputSize };
}

/**
 * Opens a set of images for a net, by its path: a folder with a folder a class, or with `labels.csv`; an HDF5 or `.npz` file. It is to be closed.
 * @param options.labels whether labels are looked at; by default they are, and must be there
 * @throws ImageError where there is no such path, or it holds no such images
 *
 * @example
 * import { openImages, openNet } from 'goodnet';
 *
 * const net = await openNet('net.h5');
 * const clean = await openImages('clean_images', net);
 * console.log(clean.size, clean.classNames);
 * clean.close();
 * net.dispose();
 */
export async function openImages(
  path: string,
  net: Net,
  { labels = true, ...options }: ImagesOptions & { readonly labels?: boolean | undefined } = {},
): Promise<ImageSet> {
  const loaded = Net.loadedOf(net);
  return labels ? await openLabelled(path, loaded, options) : await openUnlabelled(path, loaded, options);
}

/** What is known of a net that images are opened for. */
type ForNet = Pick<LoadedNet, 'inputShape' | 'classes' | 'ownNames'>;

/** Opens clean labelled images. @param isPromised whether a rate of false alarms is promised by them */
export function openLabelled(
  path: string,
  { inputShape, classes, ownNames }: ForNet,
  options: ImagesOptions,
  isPromised = true,
): Promise<ImageSet> {
  const { fit, classOrder: order, group, dataName, labelName, layout, skipBad = false } = options;
  const shape = { ...inputShape, fit };
  const reading = { group, isPromised, dataName, labelName, layout, skipBad };
  return openSet(path, { shape, classes, order, ownNames, labelsRequired: true, ...reading });
}

/** Opens images whose labels aren't looked at. */
export function openUnlabelled(
  path: string,
  { inputShape }: Pick<ForNet, 'inputShape'>,
  { fit, dataName, layout, skipBad = false }: ImagesOptions,
): Promise<ImageSet> {
  return openSet(path, { shape: { ...inputShape, fit }, labelsRequired: false, dataName, layout, skipBad });
}
