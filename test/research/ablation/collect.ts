import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../build-repair/context';
import { allImages, groupsOf, loadImages } from '../../../build-repair/images/load';
import { type FoldPlan, planFolds } from '../../../build-repair/repair/choose/folds';
import { repair } from '../../../build-repair/repair/repair';
import { unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { repaired } from '../../../models/detector/evidence/repaired';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import { freeReaders, openReaders, type Readers, readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import { answerWithViews, viewer } from '../../../models/detector/test-time-views';
import { enableTraining } from '../../../models/engine/training';
import { GoodNet } from '../../../models/goodnet';
import type { ImageSet } from '../../../models/images/set';
import { toLogits } from '../../../models/keras/logits';
import { CURRENT } from '../../../models/store/current';
import { resolveBundle } from '../../../models/store/folder';
import { ALPHA, lines } from '../table/work';
import type { CalibratedRule, CollectedNet, Named, NamingWay, Read, ReadSet } from './collected';
import { byCopies, foldMargins, readBy, readFolds, regionMargins } from './fold-readings';
import { nameBy, nearestMean } from './naming';
import type { OpenedNet } from './nets';

/** A bundle's detector, ready to read. */
interface Detector {
  readonly nets: DetectorNets;
  readonly parts: Parts;
  readonly readers: Readers;
  readonly rule: CalibratedRule;
  /** The same bundle as it serves. */
  readonly serves: GoodNet;
}

/**
 * Repairs a net, and reads all that variants of the detector are made from: of the calibration images what calibration read, of the
 * others what serving reads.
 * @param folder where its bundle is kept, or is already
 */
export async function collect(
  name: string,
  seed: number,
  opened: OpenedNet,
  folder: string,
): Promise<CollectedNet> {
  await enableTraining();
  const store = join(folder, 'store');
  if (!existsSync(join(store, CURRENT))) await repairInto(store, opened, seed);
  const detector = await openDetector(store);
  const { nets, rule, serves } = detector;
  try {
    const calibration = await readCalibration(detector, opened, seed);
    const clean = await readSet(detector, opened.test, false);
    const poisoned: ReadSet[] = [];
    for (const set of opened.poisoned) poisoned.push(await readSet(detector, set, true));
    const { evidence, predicted } = await readBySet(detector, opened.service);
    return {
      name,
      seed,
      classes: nets.classes,
      rule,
      found: (serves.manifest.finding?.targets ?? []).map((target) => target.class),
      calibration,
      clean,
      poisoned,
      service: { evidence, predicted },
      groups: opened.groups,
    };
  } finally {
    serves.dispose();
    nets.bad.dispose();
    nets.repaired?.dispose();
    nets.relearned?.model.dispose();
    freeReaders(detector.readers);
  }
}

async function repairInto(out: string, { netPath, net, clean }: OpenedNet, seed: number): Promise<void> {
  await repair({
    netPath,
    net,
    clean,
    out,
    method: 'expert',
    alpha: ALPHA,
    seed,
    finding: true,
    acceptUnrepaired: true,
    acceptLowAccuracy: true,
    progress: lines.report,
    say: lines.say,
  });
}

async function openDetector(store: string): Promise<Detector> {
  const bundle = await startReading((await resolveBundle(store)).folder);
  const { manifest } = bundle;
  if (manifest.rule.kind !== 'calibrated') throw new Error(`${store} has no calibrated rule`);
  const calibration = Float32Array.from(manifest.calibration.scores);
  const { nets, parts } = await unpackNets(bundle);
  return {
    nets,
    parts,
    readers: openReaders(nets, parts),
    rule: { ...manifest.rule, alpha: manifest.alpha, calibration },
    serves: await GoodNet.load(store),
  };
}

async function readCalibration(
  { nets, parts, readers }: Detector,
  { net, clean }: OpenedNet,
  seed: number,
): Promise<CollectedNet['calibration']> {
  const { shape, pixels, classes } = nets;
  const images = await loadImages(clean);
  const flat = toLogits(net.model);
  try {
    const progress = lines.report;
    const context: RepairContext = { images, shape, pixels, classes, seed, progress, signal: undefined };
    const plan = planFolds(images.labels, images.groups, classes, seed);
    const calibrated = Int32Array.from(plan.folds.flatMap(({ calibrate }) => Array.from(calibrate)));
    const read =
      plan.scheme === 'split'
        ? await readSplit(context, flat, plan, await readBy(nets, readers, images, calibrated))
        : await readFolds(context, flat, plan, nets);
    const margins = parts.transplant && (await foldMargins(context, plan, nets, parts.transplant.from));
    return { ...read, margins, groups: groupsOf(images, calibrated) };
  } finally {
    flat.dispose();
    images.dispose();
  }
}

/** What a bundle reads of images, but for what its repaired net says: it has learned from them. */
async function readSplit(
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
  { evidence, predicted }: Pick<Read, 'evidence' | 'predicted'>,
): Promise<Pick<Read, 'evidence' | 'predicted'>> {
  return { evidence: { ...evidence, [repaired.name]: await byCopies(context, flat, plan) }, predicted };
}

async function readBySet(
  { nets, readers }: Detector,
  set: ImageSet,
): Promise<Pick<ReadSet, 'evidence' | 'predicted'>> {
  const images = await loadImages(set);
  try {
    return await readBy(nets, readers, images, allImages(images));
  } finally {
    images.dispose();
  }
}

async function readSet(detector: Detector, set: ImageSet, isPoisoned: boolean): Promise<ReadSet> {
  const { nets, parts, readers, rule, serves } = detector;
  const { gallery, classes } = nets;
  const images = await loadImages(set);
  try {
    const all = allImages(images);
    const by = viewer(nets);
    const mean = isPoisoned && gallery ? nearestMean(gallery, classes) : undefined;
    const { evidence, predicted } = await readBy(nets, readers, images, all);
    const answered = new Int32Array(images.count);
    const naming: ReturnType<typeof nameBy>[] = [];
    for (let start = 0; start < images.count; start += RUN_BATCH) {
      const batch = all.subarray(start, start + RUN_BATCH);
      const pixels = images.gather(batch);
      const read = await readNets(nets, new Map(), pixels, batch.length);
      const views = rule.views ? await answerWithViews(by, pixels, read.bad, rule.views) : read.bad;
      answered.set(views.classes, start);
      if (mean) naming.push(nameBy(read, gallery!, mean, classes));
      lines.report({ stage: `Reading ${set.name}`, done: start + batch.length, total: images.count });
    }
    const first = all.subarray(0, RUN_BATCH);
    const served = await serves.classify(images.gather(first), first.length);
    return {
      name: set.name,
      labels: images.labels.slice(),
      trueLabels: images.trueLabels?.slice(),
      evidence,
      predicted,
      margins: parts.transplant && (await regionMargins(nets, parts.transplant, images, all)),
      answered,
      naming: mean && joinNaming(naming),
      served: Float32Array.from(served, ({ suspicion }) => suspicion),
    };
  } finally {
    images.dispose();
  }
}

function joinNaming(parts: readonly ReturnType<typeof nameBy>[]): NonNullable<ReadSet['naming']> {
  const all = (way: NamingWay): Named => ({
    any: Int32Array.from(parts.flatMap((part) => Array.from(part[way].any))),
    others: Int32Array.from(parts.flatMap((part) => Array.from(part[way].others))),
  });
  return { gallery: all('gallery'), mean: all('mean'), head: all('head') };
}
