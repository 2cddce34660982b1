import { startEngine } from '../../models/engine';
import { NetError, UsageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import { inspectNet } from '../../models/net-files';
import type { PixelScaling } from '../../models/pixels';
import { effortOf } from '../effort';
import { checkMemory } from '../memory-option';
import { Owned } from '../owned';
import { silent } from '../progress';
import { scanSteps } from '../repair/plan';
import { refused } from '../scan/refused';
import { scan as scanOpened } from '../scan/scan';
import type { Scan } from '../scan/types';
import type { Net } from './net';
import type { ImagesOptions, NetOptions, Watching } from './options';
import { loadingOf, netOf, openLabelled, pixelsOf, tellLeftOut } from './reading';

/** What to look at, and how. */
export interface ScanOptions extends NetOptions, ImagesOptions, Watching {
  /** The path of a Keras file, or a net that was opened, which stays open. */
  readonly net: string | Net;
  /** Clean labelled images: a path, or a set that was opened, which stays open; left out: what the net alone shows, which is much less. */
  readonly clean?: string | ImageSet | undefined;
  /** How pixels are scaled, as `--pixels` has it; left out: what the net does best under, without clean images `0-1`. */
  readonly pixels?: string | PixelScaling | undefined;
  /** Seed of everything random; by default 1. */
  readonly seed?: number | undefined;
  /** Bytes that the process may take; by default half of the machine's memory, 4 GiB at the most. */
  readonly memory?: number | undefined;
  /** Goes on where labels and net don't fit; by default that is refused. */
  readonly acceptLowAccuracy?: boolean | undefined;
}

/**
 * Is this net backdoored? Tells signs of it, and possible target classes; nothing is repaired or written. Of a net that can't be used it
 * tells why (`outcome: 'refused'`).
 * @throws GoodNetError for images that can't be used, and what is no net at all; whatever `signal` was aborted with
 *
 * @example
 * import { scan } from 'goodnet';
 *
 * const { outcome, targets } = await scan({ net: 'net.h5', clean: 'clean_images' });
 * console.log(outcome, ...targets.map(({ class: each, level }) => `class ${each}: ${level}`));
 */
export async function scan(options: ScanOptions): Promise<Scan> {
  const { onNotice = () => {}, onDetail = () => {}, onPlan = () => {}, signal } = options;
  checkMemory(options.memory);
  const pixels = pixelsOf(options.pixels, onNotice);
  await startEngine();
  signal?.throwIfAborted();
  const opened = new Owned();
  const sets: ImageSet[] = [];
  try {
    const found = await netOf(options, opened).catch((error) => refusedNet(options, error));
    if ('outcome' in found) return found;
    const { net } = found;
    let clean: ImageSet | undefined;
    if (typeof options.clean === 'string') {
      const images = await openLabelled(options.clean, net, options, false);
      opened.keep({ dispose: () => images.close() });
      clean = images;
    } else clean = options.clean;
    if (clean) sets.push(clean);
    onPlan(
      scanSteps({
        images: clean?.size ?? 0,
        pixels: pixels !== undefined,
        fit: options.fit !== undefined || !clean?.withFit,
        effort: effortOf(net.model),
      }),
    );
    return await scanOpened({
      net,
      clean,
      pixels,
      acceptLowAccuracy: options.acceptLowAccuracy,
      seed: options.seed ?? 1,
      memory: options.memory,
      progress: options.onProgress ?? silent,
      say: onDetail,
      tell: onNotice,
      signal,
    });
  } finally {
    opened.dispose();
    tellLeftOut(sets, onNotice);
  }
}

/** What is told of a net that can't be loaded. @throws the error itself, where nothing more can be told */
async function refusedNet(options: ScanOptions, error: unknown): Promise<Scan> {
  const { net, architecture } = options;
  if (!(error instanceof NetError) || typeof net !== 'string') throw error;
  const described = await inspectNet(net, loadingOf(options)).catch(() => {
    throw error;
  });
  if (described.problems.length === 0) throw error;
  // Not what the net is like, but what was not told of it.
  if (described.format === 'weights-h5' && described.parameters > 0 && architecture === undefined)
    throw new UsageError(error.message, { hint: error.hint, cause: error });
  return refused(described);
}
