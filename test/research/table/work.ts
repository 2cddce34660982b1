import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgressLines } from '../../../build-repair/cli/progress-lines';
import { type Evaluation, evaluate } from '../../../build-repair/evaluate/evaluate';
import { loadImages } from '../../../build-repair/images/load';
import { openImages } from '../../../build-repair/images/open-images';
import type { RepairOptions } from '../../../build-repair/repair/check/options';
import { repair } from '../../../build-repair/repair/repair';
import { GoodNet } from '../../../models/goodnet';
import type { ImageSet } from '../../../models/images/set';
import { type LoadedNet, loadNet } from '../../../models/keras';
import type { JudgesPixels } from '../../../models/verdict';
import { memorySet } from '../../memory-set';

/** What a net is repaired and measured with. */
export interface Case {
  readonly net: string;
  readonly clean: string;
  readonly test: string;
  readonly poisoned: readonly string[];
  readonly seed: number;
  readonly group?: string;
  /** Adds to a poisoned set what its file does not tell: the true classes. */
  readonly withTrueLabels?: (set: ImageSet) => ImageSet;
  /** A set that the images in the bundle are drawn from, in place of the clean one. */
  readonly hosts?: string | undefined;
  /** Whether the bundle may hold images, and features of single ones; by default it may. */
  readonly keepsImages?: boolean | undefined;
  /** So many images of each class are taken, the first ones; all, where it is left out. */
  readonly mostOfClass?: number | undefined;
}

export const ALPHA = 0.01;
/** Where the work stands, on standard error. */
export const lines = new ProgressLines();

/** Opens one of the labelled sets for a net. */
export function open(path: string, net: LoadedNet, group?: string): Promise<ImageSet> {
  return openImages(path, { shape: net.inputShape, classes: net.classes, labelsRequired: true, group });
}

/** What a run gave: the figures, the seconds that the repair took, and the milliseconds of a verdict. */
export interface Run {
  readonly figures: Evaluation;
  /** Undefined where there were several repairs. */
  readonly seconds?: number;
  /** Undefined where it was not timed, as in runs that were kept before it was. */
  readonly msPerImage?: number;
}

/** The sets and the net of a case. */
export interface Opened {
  readonly net: LoadedNet;
  readonly clean: ImageSet;
  readonly test: ImageSet;
  readonly poisoned: readonly ImageSet[];
  readonly hosts: ImageSet | undefined;
}

/** Opens what a case names, and closes it when it has been used. */
export async function withOpened<T>(work: Case, use: (opened: Opened) => Promise<T>): Promise<T> {
  const net = await loadNet(work.net);
  const all = await open(work.clean, net, work.group);
  const clean = work.mostOfClass === undefined ? all : await firstOfEachClass(all, work.mostOfClass);
  const test = await open(work.test, net);
  const hosts =
    work.hosts === undefined
      ? undefined
      : await openImages(work.hosts, { shape: net.inputShape, labelsRequired: false });
  const { withTrueLabels = (set: ImageSet) => set } = work;
  const poisoned = await Promise.all(
    work.poisoned.map(async (path) => withTrueLabels(await open(path, net))),
  );
  try {
    return await use({ net, clean, test, poisoned, hosts });
  } finally {
    for (const set of new Set([all, clean, test, ...poisoned, hosts])) set?.close();
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

/** What is repaired, with what and by which method. */
export type Repaired = Pick<
  RepairOptions,
  'netPath' | 'net' | 'clean' | 'unlabelled' | 'hosts' | 'keepsImages' | 'method' | 'seed'
> &
  Partial<Pick<RepairOptions, 'alpha'>>;

/** Repairs a net and measures the bundle, as `goodnet repair` and `goodnet evaluate` do. */
export function repairAndEvaluate(
  work: Repaired,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run & { readonly seconds: number }> {
  return withRepaired(work, async (store, seconds) => {
    const goodnet = await GoodNet.load(store);
    const measured = await evaluateTimed(goodnet, test, poisoned);
    goodnet.dispose();
    return { ...measured, seconds };
  });
}

/**
 * Repairs a net into a store, which is removed when it has been used.
 * @param work.alpha left out: {@link ALPHA}
 * @param use is told how long the repair took, and what it says that people should know
 */
export async function withRepaired<T>(
  work: Repaired,
  use: (store: string, seconds: number, notices: readonly string[]) => Promise<T>,
): Promise<T> {
  const out = mkdtempSync(join(tmpdir(), 'goodnet-table-'));
  try {
    const start = performance.now();
    const { notices } = await repair({
      ...work,
      out,
      alpha: work.alpha ?? ALPHA,
      finding: true,
      acceptUnrepaired: true,
      progress: lines.report,
      say: lines.say,
    });
    return await use(out, (performance.now() - start) / 1000, notices);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Measures whatever gives verdicts, and the time of one, reading the images included. */
export async function evaluateTimed(
  judge: JudgesPixels,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  const start = performance.now();
  const figures = await evaluate(judge, test, poisoned, { progress: lines.report, signal: undefined });
  const images = [test, ...poisoned].reduce((sum, { size }) => sum + size, 0);
  return { figures, msPerImage: (performance.now() - start) / images };
}
