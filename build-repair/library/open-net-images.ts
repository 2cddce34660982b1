import { startEngine } from '../../models/engine';
import type { ImageSet } from '../../models/images/set';
import { loadNet } from '../../models/net-files';
import { Net } from './net';
import type { ImagesOptions, NetOptions } from './options';
import { loadingOf, openLabelled, openUnlabelled } from './reading';

/**
 * Opens a net of a Keras or ONNX file, to be repaired or scanned more than once.
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
