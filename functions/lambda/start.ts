import { fileURLToPath } from 'node:url';
import { type Engine, startEngine } from '../../models/engine';
import { GoodNetError } from '../../models/errors';
import { leastSerial, seenHere } from '../../models/signing/seen';
import { openTrust, trustedByName } from '../../models/signing/signatures';
import { isS3 } from '../../models/store/address';
import type { Catalogue } from '../catalogue/catalogue';
import { reachable } from '../catalogue/reachable';
import { storedCatalogue } from '../catalogue/stored';
import { logger, watch } from './powertools';
import { setting } from './setting';

/**
 * What every function does once, at its cold start: the engine, and the models at GOODNET_BUNDLE. Where there is one, it
 * is loaded now, so that the first event does not wait for it. GOODNET_TRUST names the keys (files, or ARNs in KMS) one of
 * which must have signed every bundle, and that it is current.
 * @throws GoodNetError `environment` where GOODNET_BUNDLE is not set; BundleError where it holds no bundle
 */
export async function startFunction(): Promise<{ catalogue: Catalogue; engine: Engine }> {
  const bundle = setting('GOODNET_BUNDLE');
  if (bundle === undefined) {
    throw new GoodNetError('The environment variable GOODNET_BUNDLE is not set', {
      kind: 'environment',
      hint: "Set it to s3://bucket/prefix, or to a folder in the function's package.",
    });
  }
  // npm run build:lambda lays the .wasm files beside this program. They are compiled while S3 and KMS are waited for.
  const starting = startEngine({
    engine: 'wasm',
    wasmPath: fileURLToPath(new URL('.', import.meta.url)),
  });
  // Whatever fails first is told; the other is not to end the process before.
  starting.catch(() => {});
  const trust = trustedByName(setting('GOODNET_TRUST'));
  // A cold start knows nothing of those before it.
  const seen = seenHere(leastSerial(setting('GOODNET_LEAST_SERIAL')));
  const stored = storedCatalogue(bundle, {
    // Alarms send their readers to look for errors.
    say: (line, level) => logger[level](line),
    trust: trust.length > 0 ? { keys: await openTrust(trust), seen } : undefined,
    batching: { watch },
  });
  // A bucket that is gone is told, and asked for again: it doesn't end the function in the same way each time.
  const catalogue = isS3(bundle) ? reachable(stored, bundle, (line) => logger.error(line)) : stored;
  const naming = isS3(bundle) ? catalogue.names().catch(() => []) : catalogue.names();
  const [names, engine] = await Promise.all([naming, starting]);
  if (names.length === 1) await catalogue.use(names[0], async () => {});
  return { catalogue, engine };
}
