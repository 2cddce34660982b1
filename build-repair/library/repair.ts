import { METHODS, type Method } from '../../models/bundle/methods';
import { currentEngine, startEngine } from '../../models/engine';
import { UsageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import type { PixelScaling } from '../../models/pixels';
import { openGivenSigning, type SigningGiven } from '../../models/store/given-keys';
import { effortOf } from '../effort';
import { checkMemory } from '../memory-option';
import { Owned } from '../owned';
import { silent } from '../progress';
import { bothKept } from '../repair/check/kept';
import { repairSteps } from '../repair/plan';
import { repair as repairOpened } from '../repair/repair';
import type { RepairResult } from '../repair/result';
import { Clock } from '../report/clock';
import { calibrationObserver } from '../report/observe';
import type { Run } from '../report/types';
import { askServed } from '../served/ask-wasm';
import { goodnetProgram } from '../served/program';
import type { Net } from './net';
import type { ImagesOptions, NetOptions, Watching } from './options';
import { netOf, openLabelled, openUnlabelled, pixelsOf, tellLeftOut } from './reading';

/** What to repair, with what, and how. */
export interface RepairOptions extends NetOptions, ImagesOptions, Watching {
  /** The BadNet: the path of a Keras file, or a net that was opened, which stays open. */
  readonly net: string | Net;
  /** Clean labelled images: a path, or a set that was opened, which stays open. */
  readonly clean: string | ImageSet;
  /** Images without labels, seen in service, some of which may be poisoned (`expert` alone). */
  readonly unlabelled?: string | ImageSet | undefined;
  /** Images that may be shown: those that the bundle keeps are drawn from them in place of the clean ones (`expert` alone). */
  readonly hosts?: string | ImageSet | undefined;
  /** With `false` the bundle holds no images, nor features of single ones. */
  readonly keepsImages?: boolean | undefined;
  /** The store that the bundle goes into, a folder. */
  readonly out: string;
  /** By default `expert`. */
  readonly method?: Method | undefined;
  /** The share of clean images that may be answered "backdoored", 0–1; by default 0.01. */
  readonly alpha?: number | undefined;
  /** How pixels are scaled, as `--pixels` has it: `0-1`, `imagenet`, …; left out: what the net does best under. */
  readonly pixels?: string | PixelScaling | undefined;
  /** Seed of everything random, a whole number from 0 on; by default 1. */
  readonly seed?: number | undefined;
  /** Bytes that the process may take; batches follow from it. By default half of the machine's memory, 4 GiB at the most. */
  readonly memory?: number | undefined;
  /** Whether to ask if the net itself is backdoored; by default so. */
  readonly finding?: boolean | undefined;
  /** Goes on where the net names few of the clean images rightly, or labels and net don't fit; by default that is refused. */
  readonly acceptLowAccuracy?: boolean | undefined;
  /** Makes the bundle current even where the net is not repaired. */
  readonly acceptUnrepaired?: boolean | undefined;
  /** Signs the bundle, and that it is current: the file of a private key, the ARN of a key in KMS, or whoever signs. */
  readonly sign?: SigningGiven | undefined;
  /** Whether to make a report; with `inputs`, what it says was given. */
  readonly report?: boolean | Pick<Run, 'inputs'> | undefined;
}

/** What a repair came to. */
export interface Repaired extends RepairResult {
  /** The report, one page of HTML, where one was asked for. */
  readonly report: string | undefined;
  readonly seconds: number;
}

/**
 * Repairs a BadNet with clean labelled images, calibrates the detector, and writes a bundle into a store. Where no engine runs yet, the one
 * that is installed is started. All memory that it takes is given back, whether it succeeds or fails.
 * @returns with `madeCurrent` false where the net is not repaired, and nobody accepted that
 * @throws GoodNetError for what can't be read, done or written; whatever `signal` was aborted with, and nothing is written
 *
 * @example
 * import { repair } from 'goodnet';
 *
 * const { manifest, madeCurrent, notices } = await repair({
 *   net: 'net.h5',
 *   clean: 'clean_images',
 *   out: 'store',
 *   onProgress: ({ stage, done, total }) => console.log(stage, done / total),
 *   signal: AbortSignal.timeout(3_600_000),
 * });
 * console.log(manifest.id, madeCurrent, ...notices);
 */
export async function repair(options: RepairOptions): Promise<Repaired> {
  const clock = new Clock();
  const { method = 'expert', alpha = 0.01, seed = 1, finding = true, keepsImages = true } = options;
  const { onNotice = () => {}, onDetail = () => {}, onPlan = () => {}, signal } = options;
  checkOptions({ method, alpha, seed });
  if (options.hosts !== undefined && !keepsImages) throw bothKept();
  checkMemory(options.memory);
  const pixels = pixelsOf(options.pixels, onNotice);
  const signing = await openGivenSigning(options.sign);
  await startEngine();
  signal?.throwIfAborted();
  const opened = new Owned();
  const sets: ImageSet[] = [];
  try {
    const { net, netPath } = await netOf(options, opened);
    const take = async (set: string | ImageSet, open: (path: string) => Promise<ImageSet>) => {
      const images = typeof set === 'string' ? await open(set) : set;
      if (typeof set === 'string') opened.keep({ dispose: () => images.close() });
      sets.push(images);
      return images;
    };
    const unlabelledSet = (path: string) => openUnlabelled(path, net, options);
    const clean = await take(options.clean, (path) => openLabelled(path, net, options));
    const unlabelled = options.unlabelled && (await take(options.unlabelled, unlabelledSet));
    const hosts = options.hosts && (await take(options.hosts, unlabelledSet));
    onPlan(
      repairSteps({
        method,
        images: clean.size,
        classes: net.classes,
        grouped: options.group !== undefined,
        pixels: pixels !== undefined,
        fit: options.fit !== undefined || !clean.withFit,
        finding,
        unlabelled: unlabelled ? unlabelled.size : 0,
        hosts: hosts ? hosts.size : undefined,
        keepsImages,
        effort: effortOf(net.model),
      }),
    );
    const program = goodnetProgram();
    const observer = options.report ? calibrationObserver(clean, keepsImages) : undefined;
    const result = await repairOpened({
      netPath,
      net,
      clean,
      unlabelled: unlabelled || undefined,
      hosts: hosts || undefined,
      keepsImages,
      out: options.out,
      method,
      pixels,
      acceptLowAccuracy: options.acceptLowAccuracy,
      alpha,
      seed,
      memory: options.memory,
      finding,
      acceptUnrepaired: options.acceptUnrepaired,
      signing,
      askServed: program === undefined ? undefined : askServed(currentEngine(), program),
      observe: observer?.add,
      progress: clock.listen(options.onProgress ?? silent),
      say: onDetail,
      tell: onNotice,
      signal,
    });
    const run = { ...clock.taken(), engine: currentEngine().description, inputs: inputsOf(options) };
    const report = observer && (await reportOf(result, observer.observed(), run));
    return { ...result, report, seconds: clock.taken().seconds };
  } finally {
    opened.dispose();
    tellLeftOut(sets, onNotice);
  }
}

/** Wrong values are told before anything is read. @throws UsageError */
function checkOptions({ method, alpha, seed }: { method: string; alpha: number; seed: number }): void {
  if (!METHODS.some((each) => each === method))
    throw new UsageError(`There is no method '${method}'`, { hint: `Choose one of ${METHODS.join(', ')}.` });
  if (!(alpha > 0 && alpha < 1))
    throw new UsageError(`alpha is ${alpha}; a share between 0 and 1 is wanted`, { hint: 'Usual is 0.01.' });
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UsageError(`seed is ${seed}; a whole number from 0 on is wanted`);
}

async function reportOf(
  result: RepairResult,
  observed: Parameters<typeof import('../report/of-repair').repairReport>[1],
  run: Omit<Run, 'sets'>,
): Promise<string> {
  // Only here: what draws takes long to load.
  const [{ repairReport }, { reportHtml }] = await Promise.all([
    import('../report/of-repair'),
    import('../report/page'),
  ]);
  return await reportHtml(await repairReport(result, observed, run));
}

function inputsOf(options: RepairOptions): Run['inputs'] {
  const { report, net, architecture, clean, unlabelled, hosts, keepsImages = true, group, out } = options;
  if (typeof report === 'object') return report.inputs;
  const named = (set: string | ImageSet | undefined) => (typeof set === 'string' ? set : set?.name);
  const given: [string, string | undefined][] = [
    ['Net', typeof net === 'string' ? net : net.path],
    ['Architecture', architecture],
    ['Clean images', named(clean)],
    ['Images without labels', named(unlabelled)],
    ['Images to keep', named(hosts) ?? (keepsImages ? undefined : 'none')],
    ['Kept together by', group],
    ['Store', out],
  ];
  return given.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}
