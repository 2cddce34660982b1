import { basename, extname } from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { FORMAT_VERSION, type Manifest, type Method } from '../../models/bundle/manifest';
import { packNets } from '../../models/bundle/pack';
import { checkPlace } from '../../models/bundle/place';
import { type WrittenBundle, writeBundle } from '../../models/bundle/write';
import { smallestAlpha } from '../../models/detector/conformal';
import type { DetectorNets, ExpertNet } from '../../models/detector/nets';
import { type NetReadings, readNets } from '../../models/detector/readings';
import { RUN_BATCH } from '../../models/detector/run';
import { answerWithViews, viewer } from '../../models/detector/views';
import { currentEngine } from '../../models/engine';
import { enableTraining } from '../../models/engine/training';
import { UsageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import type { LoadedNet } from '../../models/keras';
import { toLogits } from '../../models/keras/logits';
import { describePixels, type PixelScaling } from '../../models/pixels';
import type { Signing } from '../../models/store/current';
import { folderFiles } from '../../models/store/folder-files';
import { checkMayPoint, setCurrent } from '../../models/store/pointing';
import { signInStore } from '../../models/store/publish';
import { version } from '../../models/version';
import type { RepairContext } from '../context';
import type { CleanFigures } from '../evaluate/counts';
import { findBackdoor } from '../finding/find';
import { packFinding } from '../finding/pack';
import { laidOnWhite } from '../images/laid-on-white';
import { allImages, type LoadedImages, loadImages } from '../images/load';
import type { Progress } from '../progress';
import { STAGES } from '../stages';
import type { MadeDetector } from './calibrate/made';
import { bothKept } from './check/kept';
import { choosePixels } from './choose/choose-pixels';
import { type FoldPlan, planFolds } from './choose/folds';
import { checkHosts } from './evidence/hosts';
import { methods } from './fit/methods';
import { CalibratedCounter, type ObserveCalibration } from './measure/count-calibrated';
import { classCounts, MODEL_CARD, modelCard } from './write/model-card';
import { noticesOf } from './write/notices';

/** What to repair, with what, and how. */
export interface RepairOptions {
  /** The BadNet's file, for the bundle's name. */
  readonly netPath: string;
  readonly net: LoadedNet;
  /** D_valid: clean labelled images. */
  readonly clean: ImageSet;
  /**
   * Images without labels, seen in service, some of which may be poisoned: where suspicious ones gather at a class, it needs less
   * evidence (`expert` alone).
   */
  readonly unlabelled?: ImageSet | undefined;
  /** Images that may be shown, labels not looked at: those that the bundle keeps are drawn from them (`expert` alone). */
  readonly hosts?: ImageSet | undefined;
  /** With `false`, the bundle holds no images, nor features of single ones; by default it does, where the method makes use of them. */
  readonly keepsImages?: boolean;
  /** The store that the bundle goes into. */
  readonly out: string;
  readonly method: Method;
  /** Left out: the scaling under which B does best. */
  readonly pixels?: PixelScaling;
  /** The false-positive rate, 0–1. */
  readonly alpha: number;
  readonly seed: number;
  /** Whether to look for a backdoor in B, where the method makes an expert; the detector makes use of what is found. */
  readonly finding?: boolean;
  /** Signs the bundle, and that it is current. */
  readonly signing?: Signing | undefined;
  /** Told of each calibration image, for the report. */
  readonly observe?: ObserveCalibration | undefined;
  readonly progress: Progress;
  /** Tells details, a line at a time. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A bundle made and put into its store. */
export interface RepairResult extends WrittenBundle {
  readonly figures: CleanFigures;
  /** What whoever trusts the bundle should know, in sentences. */
  readonly notices: readonly string[];
}

/**
 * Repairs a BadNet, calibrates the detector, and writes the bundle. The same inputs, seed and engine give the same
 * bundle, byte for byte; natively, on the same number of cores.
 * @throws GoodNetError for inputs that can't be used, or a place that can't be written to; whatever `signal` was aborted with, and nothing is written
 */
export async function repair(options: RepairOptions): Promise<RepairResult> {
  const { net, clean, method, alpha, seed, progress, say, signal } = options;
  if (options.unlabelled && method !== 'expert') {
    throw new UsageError(`The method ${method} makes no use of images without labels`, {
      hint: 'Leave them out, or take --method expert.',
    });
  }
  checkKept(options);
  await checkPlace(options.out);
  const store = folderFiles(options.out);
  const { signing } = options;
  await checkMayPoint(store, signing);
  await enableTraining();
  const read = (set: ImageSet, stage: string, labelsRequired: boolean) => {
    const onProgress = (done: number, total: number) => progress({ stage, done, total });
    return loadImages(set, { labelsRequired, signal, onProgress });
  };
  const images = await read(clean, STAGES.reading, true);
  let unlabelled: LoadedImages | undefined;
  let hosts: LoadedImages | undefined;
  try {
    unlabelled = options.unlabelled && (await read(options.unlabelled, STAGES.readingUnlabelled, false));
    hosts = options.hosts && (await read(options.hosts, STAGES.readingHosts, false));
    if (hosts) checkHosts(hosts);
    const flat = toLogits(net.model);
    const { keepsImages } = options;
    const base = {
      images,
      unlabelled,
      hosts,
      keepsImages,
      shape: net.inputShape,
      classes: net.classes,
      seed,
      progress,
      signal,
    };
    const chosen = options.pixels ? undefined : await choosePixels(base, flat);
    if (chosen)
      say(`Pixels scaled to ${describePixels(chosen.pixels)}, where the net does best (${chosen.tried})`);
    const context: RepairContext = { ...base, pixels: options.pixels ?? chosen!.pixels };
    const plan = planFolds(images.labels, images.groups, net.classes, seed);
    checkAlpha(method, alpha, plan);
    const look = options.finding ? (expert: ExpertNet) => findBackdoor(context, flat, expert) : undefined;
    const made = await methods[method](context, flat, plan, look);
    for (const note of made.notes) say(sentence(note));
    for (const { evidence, reason } of made.without) say(`Without the evidence "${evidence}": ${reason}`);
    const nets: DetectorNets = {
      ...made.nets,
      shape: context.shape,
      pixels: context.pixels,
      classes: net.classes,
    };
    const { figures, sorted } = await measure(context, nets, made, alpha, options.observe);
    signal?.throwIfAborted();
    progress({ stage: STAGES.writing, done: 0, total: 1 });
    const finding = made.finding && (await packFinding(made.finding, context.shape));
    const { files, fields } = await packNets(nets, made.parts, made.familiarity);
    const said = {
      ...content(options, context, plan, made, fields, sorted, figures),
      finding: finding?.field,
    };
    const served = plan.scheme === 'split' ? plan.folds[0]!.fit : allImages(images);
    const card = new TextEncoder().encode(modelCard(said, classCounts(images.labels, served)));
    const written = await writeBundle(options.out, said, [
      ...files,
      ...(finding?.files ?? []),
      { path: MODEL_CARD, bytes: card },
    ]);
    if (signing) await signInStore(store, written.manifest.id, signing.signer);
    await setCurrent(store, written.manifest.id, signing);
    flat.dispose();
    progress({ stage: STAGES.writing, done: 1, total: 1 });
    const notices = [
      ...noticesOf(made, figures, context, alpha),
      ...laidOnWhite(clean, options.unlabelled, options.hosts),
      ...unusedHosts(options, made),
    ];
    return { ...written, figures, notices };
  } finally {
    unlabelled?.dispose();
    hosts?.dispose();
    images.dispose();
  }
}

/** Where images to be kept were given, and the detector has no use for any. */
function unusedHosts({ hosts }: RepairOptions, { parts }: MadeDetector): string[] {
  return hosts && !parts.transplant
    ? [`No image of ${hosts.name} is kept: transplants tell nothing here.`]
    : [];
}

/** @throws UsageError for what is asked of images to be kept, and can't be */
function checkKept({ hosts, keepsImages = true, method }: RepairOptions): void {
  if (!hosts) return;
  if (!keepsImages) throw bothKept();
  if (method === 'expert') return;
  throw new UsageError(`The method ${method} keeps no images`, {
    hint: 'Leave --hosts out, or take --method expert.',
  });
}

function sentence(note: string): string {
  return note[0]!.toUpperCase() + note.slice(1);
}

function checkAlpha(method: Method, alpha: number, { folds }: FoldPlan): void {
  if (method !== 'expert') return;
  const calibrated = folds.reduce((sum, { calibrate }) => sum + calibrate.length, 0);
  const smallest = smallestAlpha(calibrated);
  if (alpha >= smallest) return;
  throw new UsageError(
    `A false-positive rate of ${alpha} can't be told from ${calibrated} calibration images; the least is ${smallest.toPrecision(2)}`,
    { hint: 'Give more clean images, or a higher --alpha.' },
  );
}

/**
 * B, B′ and G on the calibration images, by the scores that they were given when no fitting had seen them.
 * @returns the figures, and the scores from low to high
 */
async function measure(
  context: RepairContext,
  nets: DetectorNets,
  made: MadeDetector,
  alpha: number,
  observe: ObserveCalibration | undefined,
): Promise<{ figures: CleanFigures; sorted: Float32Array }> {
  const { calibrated } = made;
  const views = made.rule.kind === 'calibrated' ? made.rule.views : undefined;
  const by = viewer(nets);
  const scores = made.scores ?? new Float32Array(calibrated.length);
  const counter = made.scores && new CalibratedCounter(context, nets, made, alpha, observe);
  const waiting: NetReadings[] = [];
  for (let start = 0; start < calibrated.length; start += RUN_BATCH) {
    context.signal?.throwIfAborted();
    const batch = calibrated.subarray(start, start + RUN_BATCH);
    const pixels = context.images.gather(batch);
    const read = await readNets(nets, new Map(), pixels, batch.length);
    if (counter) {
      counter.add(views ? { ...read, answered: await answerWithViews(by, pixels, read.bad, views) } : read);
    } else {
      scores.set(read.disagreement, start);
      waiting.push(read);
    }
    context.progress({ stage: STAGES.measuring, done: start + batch.length, total: calibrated.length });
    await new Promise(setImmediate);
  }
  // Where disagreement is the score, no score is known before all are.
  const counts = counter ?? new CalibratedCounter(context, nets, { ...made, scores }, alpha, observe);
  for (const read of waiting) counts.add(read);
  return { figures: counts.figures(), sorted: counts.sorted };
}

function content(
  options: RepairOptions,
  context: RepairContext,
  plan: FoldPlan,
  made: MadeDetector,
  fields: Awaited<ReturnType<typeof packNets>>['fields'],
  sorted: Float32Array,
  figures: CleanFigures,
): Parameters<typeof writeBundle>[1] {
  const { netPath, clean, method, alpha, seed } = options;
  const calibrates = made.rule.kind === 'calibrated';
  return {
    formatVersion: FORMAT_VERSION,
    name: basename(netPath, extname(netPath)),
    ...fields,
    classNames: clean.classNames && [...clean.classNames],
    method,
    alpha,
    rule: made.rule.kind === 'calibrated' ? { ...made.rule, scales: [...made.rule.scales] } : made.rule,
    kept: keptOf(options, context),
    calibration: {
      scheme: calibrates ? plan.scheme : 'none',
      folds: calibrates ? plan.folds.length : 0,
      images: made.calibrated.length,
      groups: plan.groups,
      scores: Array.from(sorted),
    },
    without: made.without,
    measured: {
      images: figures.accuracy.n,
      accuracyBefore: figures.accuracyBefore.rate,
      accuracyRepaired: figures.accuracyRepaired.rate,
      accuracy: figures.accuracy.rate,
      falsePositiveRate: figures.falsePositiveRate.rate,
    },
    made: {
      seed,
      engine: currentEngine().description,
      clean: { name: clean.name, images: context.images.count, skipped: clean.skipped.length },
      notes: made.notes,
    },
    tools: { goodnet: version, 'tensorflow.js': tfjsVersion },
  } satisfies Omit<Manifest, 'id' | 'files' | 'format'>;
}

/** Where the images that a bundle may hold are from. */
function keptOf(
  { hosts: set, keepsImages = true }: RepairOptions,
  { hosts }: RepairContext,
): Manifest['kept'] {
  if (!keepsImages) return { from: 'none' };
  if (!set || !hosts) return { from: 'clean' };
  return { from: 'given', name: set.name, images: hosts.count, skipped: set.skipped.length };
}
