import type { Manifest } from '../../models/bundle/manifest';
import { startEngine } from '../../models/engine';
import { findBundle } from '../../models/store/find';
import { openGivenTrust, type TrustGiven } from '../../models/store/given-keys';
import { type Destination, destinationOf } from '../export/destination';
import type { PlainNet } from '../export/nets';
import { readPlainNet } from '../export/read';
import { writePlainNet } from '../export/write';

/** Which net of which bundle, and where it goes. */
export interface ExportOptions {
  /** A bundle's folder, or a store's, whose current bundle is meant; a store may be `s3://bucket/prefix`. */
  readonly bundle: string;
  /** `bad`, as it was given, or `repaired`, where that is a net of its own. */
  readonly net: PlainNet;
  /** A file that ends in `.h5` (Keras) or `.onnx`, else a folder of TensorFlow.js. */
  readonly to: string;
  /** Whether what an export wrote there before is replaced; by default that is refused. */
  readonly force?: boolean | undefined;
  /** Keys one of which must have signed the bundle; left out, signatures are not asked for. */
  readonly trust?: TrustGiven | undefined;
}

/** A net that was written. */
export interface Exported {
  readonly kind: Destination['kind'];
  /** The bundle's. */
  readonly manifest: Manifest;
}

/**
 * Writes one net of a bundle, without the detector, whole or not at all: it takes images as the bad net took them, and answers with the
 * probability of each class. All memory that it takes is given back.
 * @throws UsageError where something else is in its place, or the bundle has no such net; BundleError for one that can't be used; NetError
 * naming a layer that can't be written; GoodNetError `environment` where nothing can be written there
 *
 * @example
 * import { exportNet } from 'goodnet';
 *
 * const { kind, manifest } = await exportNet({ bundle: 'store', net: 'bad', to: 'bad.onnx' });
 * console.log(kind, manifest.input, manifest.classes);
 */
export async function exportNet({ bundle, net, to, force = false, trust }: ExportOptions): Promise<Exported> {
  const destination = await destinationOf(to, force);
  const found = await findBundle(bundle, { trust: await openGivenTrust(trust) });
  await startEngine();
  const model = await readPlainNet(found, net);
  try {
    await writePlainNet(model, destination);
  } finally {
    model.dispose();
  }
  return { kind: destination.kind, manifest: found.manifest };
}
