import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgressLines } from '../../build-repair/cli/progress-lines';
import { type Evaluation, evaluate } from '../../build-repair/evaluate/evaluate';
import { loadImages } from '../../build-repair/images/load';
import { openImages } from '../../build-repair/images/open';
import { silent } from '../../build-repair/progress';
import { type RepairOptions, repair } from '../../build-repair/repair/repair';
import type { Method } from '../../models/bundle/manifest';
import { GoodNet } from '../../models/goodnet';
import type { ImageSet } from '../../models/images/set';
import { type LoadedNet, loadNet } from '../../models/keras';
import { memorySet } from './memory-set';

/** A repair and its measuring, as `goodnet repair` and `goodnet evaluate` do them. */
export interface Case {
  readonly net: string;
  readonly clean: string;
  readonly test: string;
  readonly poisoned: readonly string[];
  readonly method: Method;
  readonly seed: number;
  readonly group?: string;
  /** Adds to a poisoned set what its file does not tell: the true classes. */
  readonly withTrueLabels?: (set: ImageSet) => ImageSet;
  /** So many images of each class are taken, the first ones; all, where it is left out. */
  readonly mostOfClass?: number | undefined;
}

export const ALPHA = 0.01;
const lines = new ProgressLines();

/** Opens one of the labelled sets for a net. */
export function open(path: string, net: LoadedNet, group?: string): Promise<ImageSet> {
  return openImages(path, { shape: net.inputShape, classes: net.classes, labelsRequired: true, group });
}

/** Repairs a net and measures the bundle. @returns the figures and the seconds that the repair took */
export async function measure(work: Case): Promise<{ figures: Evaluation; seconds: number }> {
  const net = await loadNet(work.net);
  const all = await open(work.clean, net, work.group);
  const clean = work.mostOfClass === undefined ? all : await firstOfEachClass(all, work.mostOfClass);
  const test = await open(work.test, net);
  const { withTrueLabels = (set: ImageSet) => set } = work;
  const poisoned = await Promise.all(
    work.poisoned.map(async (path) => withTrueLabels(await open(path, net))),
  );
  try {
    return await repairAndEvaluate({ ...work, netPath: work.net, net, clean }, test, poisoned);
  } finally {
    for (const set of new Set([all, clean, test, ...poisoned])) set.close();
    net.model.dispose();
  }
}

/** The first images of each class, in memory. */
async function firstOfEachClass(set: ImageSet, most: number): Promise<ImageSet> {
  const images = await loadImages(set);
  const seen = new Map<number, number>();
  const taken = Array.from(images.labels.keys()).filter((image) => {
    const label = images.labels[image]!;
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return before < most;
  });
  return memorySet(`${set.name}, ${most} a class`, images, Int32Array.from(taken));
}

/** The same with everything opened already. */
export async function repairAndEvaluate(
  work: Pick<RepairOptions, 'netPath' | 'net' | 'clean' | 'unlabelled' | 'method' | 'seed'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<{ figures: Evaluation; seconds: number }> {
  const out = mkdtempSync(join(tmpdir(), 'goodnet-table-'));
  try {
    const start = performance.now();
    await repair({ ...work, out, alpha: ALPHA, finding: true, progress: lines.report, say: lines.say });
    const seconds = (performance.now() - start) / 1000;
    const goodnet = await GoodNet.load(out);
    const figures = await evaluate(goodnet, test, poisoned, { progress: silent, signal: undefined });
    goodnet.dispose();
    return { figures, seconds };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
