import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Reader, Readings } from '../../../models/detector/evidence/kind';
import { KINDS } from '../../../models/detector/evidence/kinds';
import type { DetectorNets, Parts, Transplant } from '../../../models/detector/nets';
import { freeReaders, readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import type { LoadedImages } from '../../images/load';
import type { Expert } from '../learn/forget';
import type { LinearProbe } from '../learn/softmax-regression';
import type { Fitting } from './fitter';
import { fitterOf } from './fitters';

/** What was fitted for each kind of evidence, by its name, as far as the images suffice for it. */
export interface Fits {
  readonly forgetting: Expert;
  readonly relearned?: LinearProbe;
  readonly transplant?: Transplant | undefined;
  readonly [other: string]: unknown;
}

/** All kinds of evidence, fitted. */
export interface FittedDetector {
  readonly fitting: Fitting;
  readonly fits: Fits;
}

/** Fits all evidence to some of the clean images. */
export async function fitDetector(fitting: Fitting): Promise<FittedDetector> {
  const fits: { [kind: string]: unknown } = {};
  const fitted = { fitting, fits: fits as unknown as Fits };
  try {
    for (const kind of KINDS) fits[kind.name] = await fitterOf(kind).fit(fitting);
    return fitted;
  } catch (error) {
    freeFits(fitted);
    throw error;
  }
}

/** What is served of a detector that was fitted on all images, where each was scored by one that was fitted on other folds. */
export function settle(
  { fitting, fits }: FittedDetector,
  folds: readonly FittedDetector[],
  labels: Int32Array,
): FittedDetector {
  const settled: { [kind: string]: unknown } = {};
  for (const kind of KINDS) {
    const { name } = kind;
    const before = folds.map((fold) => fold.fits[name]);
    const fitter = fitterOf(kind);
    settled[name] = fitter.settle ? fitter.settle(fits[name], before, labels) : fits[name];
  }
  return { fitting, fits: settled as unknown as Fits };
}

/** The parts that a bundle keeps. @param isServed tells of which kinds */
export function partsOf({ fits }: FittedDetector, isServed: (kind: string) => boolean): Parts {
  const served = KINDS.filter(({ name }) => isServed(name) && fits[name] !== undefined);
  return Object.fromEntries(served.map((kind) => [kind.name, fitterOf(kind).part(fits[kind.name])]));
}

/** Frees what was fitted. */
export function freeFits({ fits }: FittedDetector): void {
  for (const kind of KINDS) if (fits[kind.name] !== undefined) fitterOf(kind).free?.(fits[kind.name]);
}

/** The evidence of images, but for kinds that are asked further, and the class that B names for each. */
export interface ReadEvidence {
  readonly readings: Readings;
  readonly predicted: Int32Array;
}

/**
 * Reads evidence as it is read in service (readNets), of images that the detector was not fitted on.
 * @param bad B with its features
 * @param held which of the images
 * @param report told how many are done
 * @param repaired the repaired net, where that is evidence
 */
export async function readEvidence(
  { fitting, fits }: FittedDetector,
  bad: LayersModel,
  images: LoadedImages,
  held: Int32Array,
  report?: (done: number) => void,
  repaired?: LayersModel,
): Promise<ReadEvidence> {
  const { context } = fitting;
  const nets: DetectorNets = { ...context, bad, repaired };
  const readers = new Map<string, Reader>();
  for (const kind of KINDS) {
    const own = fits[kind.name];
    const reader = own === undefined ? undefined : fitterOf(kind).open(own, fitting, nets);
    if (reader?.tell) readers.set(kind.name, reader);
  }
  const predicted = new Int32Array(held.length);
  const readings: { [kind: string]: Float32Array } = {};
  try {
    for (let start = 0; start < held.length; start += RUN_BATCH) {
      context.signal?.throwIfAborted();
      const batch = held.subarray(start, start + RUN_BATCH);
      const read = await readNets(nets, readers, images.gather(batch), batch.length);
      predicted.set(read.bad.classes, start);
      for (const [kind, values] of Object.entries(read.evidence)) {
        if (!values) continue;
        readings[kind] ??= new Float32Array(held.length);
        readings[kind].set(values, start);
      }
      report?.(start + batch.length);
      await new Promise(setImmediate);
    }
  } finally {
    freeReaders(readers);
  }
  return { readings, predicted };
}
