import type { ImageSet } from '../../models/images/set';
import type { LoadNetOptions } from '../../models/keras';
import type { LoadedNet } from '../../models/keras/loaded-net';
import { loadNet } from '../../models/net-files';
import { type PixelScaling, readPixels } from '../../models/pixels';
import { ignoredLines } from '../images/ignored-files';
import { openImages } from '../images/open-images';
import type { Owned } from '../owned';
import { parseSize } from '../size';
import { Net } from './net';
import type { ImagesOptions, NetOptions } from './options';

/** The options of a net as what loads it takes them. */
export function loadingOf({ architecture, inputSize }: NetOptions): LoadNetOptions {
  return { architecture, inputSize: typeof inputSize === 'string' ? parseSize(inputSize) : inputSize };
}

/** What is known of a net that images are opened for. */
interface ForNet extends Pick<LoadedNet, 'inputShape' | 'classes' | 'ownNames'> {
  /** Those of a bundle. */
  readonly classNames?: readonly string[] | undefined;
}

/** Opens clean labelled images. @param isPromised whether a rate of false alarms is promised by them */
export function openLabelled(
  path: string,
  { inputShape, classes, classNames, ownNames }: ForNet,
  options: ImagesOptions,
  isPromised = true,
): Promise<ImageSet> {
  const { fit, classOrder: order, group, dataName, labelName, layout, skipBad = false } = options;
  const shape = { ...inputShape, fit };
  const reading = { group, isPromised, dataName, labelName, layout, skipBad };
  return openImages(path, { shape, classes, order, classNames, ownNames, labelsRequired: true, ...reading });
}

/** Opens images whose labels aren't looked at. */
export function openUnlabelled(
  path: string,
  { inputShape }: Pick<ForNet, 'inputShape'>,
  { fit, dataName, layout, skipBad = false }: ImagesOptions,
): Promise<ImageSet> {
  return openImages(path, {
    shape: { ...inputShape, fit },
    labelsRequired: false,
    dataName,
    layout,
    skipBad,
  });
}

/** A pixel scaling as it was given. @param onNotice told what it was taken for, where that may surprise */
export function pixelsOf(
  given: string | PixelScaling | undefined,
  onNotice: (notice: string) => void,
): PixelScaling | undefined {
  if (typeof given !== 'string') return given;
  const { scaling, said } = readPixels(given);
  if (said) onNotice(said);
  return scaling;
}

/** The net to work on; where it was opened here it is given back with the rest. */
export async function netOf(options: NetOptions & { readonly net: string | Net }, opened: Owned) {
  const { net } = options;
  if (typeof net !== 'string') return { net: Net.loadedOf(net), netPath: net.path };
  const loaded = await loadNet(net, loadingOf(options));
  opened.keep(loaded.model);
  return { net: loaded, netPath: net };
}

/** Tells of each set what was left out of it. */
export function tellLeftOut(sets: readonly ImageSet[], onNotice: (notice: string) => void): void {
  const skipped = sets.reduce((sum, set) => sum + set.skipped.length, 0);
  if (skipped > 0) onNotice(`Left out ${skipped} unreadable images`);
  for (const set of sets) ignoredLines(set.ignored).forEach(onNotice);
}
