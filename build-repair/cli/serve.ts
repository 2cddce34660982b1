import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createApp } from '../../functions/app';
import { LINES_OR_COMMAS, parseTokens, type TokenCheck, tokenFile } from '../../functions/auth/tokens';
import type { Catalogue } from '../../functions/catalogue/catalogue';
import { storedCatalogue } from '../../functions/catalogue/stored';
import type { FetchObject } from '../../functions/images-in';
import { auditFile } from '../../functions/observe/audit-file';
import { prometheus } from '../../functions/observe/prometheus';
import { Problem } from '../../functions/problem';
import { startServer } from '../../functions/server';
import { settleHeap } from '../../functions/small-heap';
import { stopSignal } from '../../functions/stop-signal';
import { isLoopback } from '../../functions/this-machine';
import { type NetsThreads, netsThreads } from '../../functions/threads/pool';
import { BundleError, UsageError } from '../../models/errors';
import { first } from '../../models/present';
import { engineName, startEngine } from '../library/engine';
import { print, printError } from './print';
import { openTrusted, trustOf } from './trust';

/** How a service is to be run. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** A file of tokens; without it GOODNET_TOKENS holds them, if there are any. */
  readonly tokens?: string;
  /** Whether everybody may ask, whatever the address is. */
  readonly noAuth: boolean;
  /** Origins whose pages may call. */
  readonly origins: readonly string[];
  /** Megabytes that loaded models may have together. */
  readonly maxModels: number;
  /** Threads that run the nets, on wasm while many ask, the one that answers among them; by default one a core. */
  readonly threads?: number;
  /** A folder of pictures that the page offers to try. */
  readonly samples?: string;
  /** Buckets in S3 whose objects requests may name in place of images. */
  readonly uploads: readonly string[];
  /** Files of public keys, or ARNs in KMS, one of which must have signed every bundle, and what is current; or GOODNET_TRUST. */
  readonly trust: readonly string[];
  /** A file that a line is appended to for each image. */
  readonly audit?: string;
}

/** Serves a bundle, a store, or a folder of stores until SIGINT or SIGTERM, then finishes what runs and returns. */
export async function serveUntilStopped(path: string, options: ServeOptions): Promise<void> {
  const { host, port, origins, maxModels } = options;
  const say = printError;
  const tokens = tokensOf(options, say);
  if (!tokens && !options.noAuth && !isLoopback(host)) {
    throw new UsageError(`${host} can be reached by others, and no token is asked for`, {
      hint: 'Give tokens with --tokens FILE or GOODNET_TOKENS, or say --no-auth where something else guards it.',
    });
  }
  const stopped = stopSignal();
  // Of TensorFlow.js's backends, wasm answers one image fastest; and nothing is trained.
  const engine = await startEngine({ tensorflow: 'wasm', threads: options.threads });
  const trust = await openTrusted(trustOf(options.trust), say);
  const metrics = prometheus();
  const maxBytes = maxModels * 2 ** 20;
  const threads =
    engineName(engine) === 'wasm' ? helpers(options.threads ?? availableParallelism()) : undefined;
  let isServing = false;
  const catalogue = storedCatalogue(path, {
    maxBytes,
    // What is wrong before is thrown.
    say: (line, level) => (isServing || level === 'info') && say(line),
    trust,
    threads,
    batching: { watch: metrics },
  });
  const names = await catalogue.names();
  if (names.length === 0) {
    throw new BundleError(`There is no bundle and no store in ${path}`, {
      code: 'STORE_NOT_FOUND',
      hint: 'Give the folder that goodnet repair wrote with --out, or a folder of such folders.',
    });
  }
  const audit = options.audit === undefined ? undefined : auditFile(options.audit, say);
  const app = createApp({
    catalogue,
    engine: engine.description,
    tokens,
    // On a loopback address, then: any other wants the one or the other.
    isForThisMachine: !tokens && !options.noAuth,
    metrics,
    audit: audit?.append,
    origins,
    pageFolder: beside('page'),
    samples: options.samples,
    fetchObject: options.uploads.length > 0 ? await fetchFrom(options.uploads, say) : undefined,
  });
  // Faults are told at once, and the first request finds its model loaded.
  const version = names.length === 1 ? await versionOf(catalogue, first(names)) : undefined;
  const server = await startServer({ app, host, port });
  settleHeap();
  isServing = true;
  const reopen = () => audit?.reopen();
  if (audit) process.on('SIGHUP', reopen);
  const what =
    version === undefined ? `${names.length} models` : `${names[0]} (bundle ${version.slice(0, 16)})`;
  print(`${what} at ${server.url}`);
  printError(`Engine: ${engine.description}. ${server.url}/docs tells how to ask. Ctrl-C stops.`);
  await stopped;
  printError('Stopping: finishing what runs.');
  await server.close();
  catalogue.close();
  await threads?.close();
  process.off('SIGHUP', reopen);
  audit?.close();
}

/** @throws GoodNetError why it can't be loaded */
function versionOf(catalogue: Catalogue, name: string): Promise<string> {
  return catalogue
    .use(name, async ({ id }) => id)
    .catch((error) => {
      throw error instanceof Problem ? (error.cause ?? error) : error;
    });
}

async function fetchFrom(buckets: readonly string[], say: (line: string) => void): Promise<FetchObject> {
  const [{ fetchObjectFrom }, { s3Uploads }, { s3Client }] = await Promise.all([
    import('../../functions/uploads/fetch-object'),
    import('../../functions/uploads/s3'),
    import('../../models/store/s3-files'),
  ]);
  return fetchObjectFrom(s3Uploads(s3Client()), new Set(buckets), say);
}

/** Threads beside this one. */
function helpers(threads: number): NetsThreads | undefined {
  const program = beside('nets-thread.js');
  return threads > 1 && program !== undefined ? netsThreads(program, threads - 1) : undefined;
}

/** What lies beside this program; from source, in what was built last. */
function beside(name: string): string | undefined {
  return [name, `../../dist/${name}`]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find(existsSync);
}

function tokensOf({ tokens, noAuth }: ServeOptions, say: (line: string) => void): TokenCheck | undefined {
  const given = process.env.GOODNET_TOKENS;
  if (noAuth && (tokens !== undefined || given)) {
    throw new UsageError('Tokens are given, and --no-auth, too', { hint: 'Leave one of them out.' });
  }
  if (tokens !== undefined) return tokenFile(tokens, say);
  return given ? parseTokens(given, 'GOODNET_TOKENS', LINES_OR_COMMAS) : undefined;
}
