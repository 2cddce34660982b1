import type { LayersModel } from '@tensorflow/tfjs-layers';
import { netFromFiles } from '../../models/bundle/artifacts';
import type { ArrivingBundle } from '../../models/bundle/read';
import { BundleError, messageOf } from '../../models/errors';
import { folderOfNet, type PlainNet } from './nets';

/**
 * Reads one net of a bundle, once every file of the bundle is verified. The engine must have been started.
 * @returns image → logits, to be disposed by the caller
 * @throws UsageError as folderOfNet; BundleError where the bundle is damaged
 */
export async function readPlainNet(bundle: ArrivingBundle, net: PlainNet): Promise<LayersModel> {
  const { manifest, folder } = bundle;
  const netFolder = folderOfNet(manifest, net);
  const { read } = await bundle.whole();
  try {
    return await netFromFiles(netFolder, async (path) => read(path));
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    throw new BundleError(`The ${net} net in ${folder} can't be put together: ${messageOf(cause)}`, {
      code: 'BUNDLE_DAMAGED',
      cause,
    });
  }
}
