import type { Manifest } from '../../models/bundle/manifest';
import { readBundleFiles } from '../../models/bundle/read';
import { currentEngine, startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import type { ImageSet } from '../../models/images/set';
import { openGivenTrust, type TrustGiven } from '../../models/store/given-keys';
import { type Evaluation, evaluate as evaluateOpened } from '../evaluate/evaluate';
import { labelsNotice } from '../evaluate/labels-fit';
import { likelyCause } from '../evaluate/likely-cause';
import { evaluationSteps } from '../evaluate/plan';
import { fittedInWords } from '../images/fitted';
import { ignoredLines } from '../images/ignored-files';
import { laidOnWhite } from '../images/laid-on-white';
import { Owned } from '../owned';
import { silent } from '../progress';
import { Clock } from '../report/clock';
import { Observer } from '../report/observe';
import type { Run } from '../report/types';
import { pinBundle } from '../screen/pin';
import type { ImagesOptions, Watching } from './options';
import { openLabelled } from './reading';

/** What to measure, on what. */
export interface EvaluateOptions extends Omit<ImagesOptions, 'fit'>, Watching {
  /** A bundle's folder, or a store's, whose current bundle is meant; a store may be `s3://bucket/prefix`. */
  readonly bundle: string;
  /** Keys one of which must have signed it; left out, signatures are not asked for. */
  readonly trust?: TrustGiven | undefined;
  /** Clean labelled images that the repair has not seen: a path, or a set that was opened, which stays open. */
  readonly clean: string | ImageSet;
  /** Sets of poisoned images, labelled with the target class; likewise. `group` is of the clean images alone. */
  readonly poisoned?: readonly (string | ImageSet)[] | undefined;
  /** Whether to make a report. */
  readonly report?: boolean | undefined;
}

/** What a bundle's answers came to: rates 0–1, with counts and 95 % intervals. */
export interface Evaluated extends Evaluation {
  readonly manifest: Manifest;
  /** The likeliest cause of false alarms whose interval leaves out the rate that was promised; undefined where none does. */
  readonly likelyCause: string | undefined;
  /** What is to be known of the sets, a sentence each: what was left out, how they were taken, whether labels and net don't fit. */
  readonly notices: readonly string[];
  /** The report, one page of HTML, where one was asked for. */
  readonly report: string | undefined;
  readonly seconds: number;
}

/**
 * Measures a bundle: accuracy and false alarms on clean images, attack success and detection on poisoned ones. All memory that it takes is
 * given back, whether it succeeds or fails.
 * @throws BundleError for a bundle that can't be used; ImageError for sets that can't be read, have no labels, or no readable image;
 * whatever `signal` was aborted with
 *
 * @example
 * import { evaluate } from 'goodnet';
 *
 * const { clean, notices } = await evaluate({ bundle: 'store', clean: 'clean_images' });
 * const { rate, low, high } = clean.falsePositiveRate;
 * console.log(clean.accuracy.rate, rate, [low, high], ...notices);
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  const clock = new Clock();
  const { onNotice = () => {}, onPlan = () => {}, onProgress = silent, signal } = options;
  const trust = await openGivenTrust(options.trust);
  await startEngine({ trains: false });
  signal?.throwIfAborted();
  // Once, and then read from there: another may become the current one meanwhile.
  const pinned = await pinBundle(options.bundle, trust);
  const opened = new Owned();
  try {
    const goodnet = opened.keep(await GoodNet.load(pinned.folder, { id: pinned.manifest.id, trust }));
    if (goodnet.withoutOnnx) onNotice(goodnet.withoutOnnx);
    const { clean, poisoned } = await openSets(goodnet, options, opened);
    const sets = [clean, ...poisoned];
    const observer = options.report ? new Observer(clean, poisoned) : undefined;
    onPlan(evaluationSteps(sets));
    const figures = await evaluateOpened(goodnet, clean, poisoned, {
      progress: clock.listen(onProgress),
      signal,
      observe: observer?.observe,
    });
    const { manifest } = goodnet;
    const unlike = labelsNotice(clean.name, figures.clean.accuracyBefore, manifest.measured.accuracyBefore);
    const cause = likelyCause({
      manifest,
      clean: figures.clean,
      set: clean,
      isMisfit: unlike !== undefined,
    });
    const run = {
      ...clock.taken(),
      engine: currentEngine().description,
      ...whatWasRead(options, sets, figures),
    };
    return {
      ...figures,
      manifest,
      likelyCause: cause,
      notices: [...sets.flatMap(noticesOn), ...(unlike === undefined ? [] : [unlike])],
      report: observer && (await reportOf(pinned.folder, goodnet, figures, cause, observer.observed(), run)),
      seconds: clock.taken().seconds,
    };
  } finally {
    opened.dispose();
    await pinned.close();
  }
}

async function openSets(
  { shape, classes, manifest }: GoodNet,
  options: EvaluateOptions,
  opened: Owned,
): Promise<{ clean: ImageSet; poisoned: ImageSet[] }> {
  const net = { inputShape: shape, classes, classNames: manifest.classNames };
  const open = async (set: string | ImageSet, group?: string) => {
    if (typeof set !== 'string') return set;
    const images = await openLabelled(set, net, { ...options, fit: shape.fit, group });
    opened.keep({ dispose: () => images.close() });
    return images;
  };
  const clean = await open(options.clean, options.group);
  const poisoned: ImageSet[] = [];
  for (const set of options.poisoned ?? []) poisoned.push(await open(set));
  return { clean, poisoned };
}

function noticesOn(set: ImageSet): string[] {
  const { name, skipped, ignored, remarks = [] } = set;
  return [
    ...(skipped.length > 0 ? [`Left out ${skipped.length} unreadable images of ${name}`] : []),
    ...ignoredLines(ignored),
    ...remarks,
    ...orderInWords(set),
    ...[...laidOnWhite(set), ...fittedInWords(set, 'as the bundle has it')].map(
      (notice) => `${name}: ${notice}`,
    ),
  ];
}

/** Which order class folders were taken in, where it may be another and no names tell; nothing else. */
function orderInWords({ name, otherOrder: other }: ImageSet): string[] {
  if (!other) return [];
  const [taken, flag] = other.name === 'by name' ? ['by number', 'name'] : ['by name', 'number'];
  return [
    `${name}: class folders are taken in order ${taken}; --class-order ${flag} takes them in the other`,
  ];
}

async function reportOf(
  folder: string,
  goodnet: GoodNet,
  figures: Evaluation,
  cause: string | undefined,
  observed: ReturnType<Observer['observed']>,
  run: Run,
): Promise<string> {
  // Only here: what draws takes long to load.
  const [{ findingOf }, { locateFlagged }, { reportHtml }] = await Promise.all([
    import('../report/of-finding'),
    import('../report/trigger-locations'),
    import('../report/page'),
  ]);
  const { manifest, read } = await readBundleFiles(folder);
  return await reportHtml({
    kind: 'evaluation',
    bundle: goodnet.manifest,
    finding: await findingOf(manifest, read, observed.clean.examples, goodnet),
    figures,
    likelyCause: cause,
    observed,
    places: await locateFlagged([observed.clean, ...observed.poisoned], goodnet),
    run,
  });
}

/** @param sets the clean one first */
function whatWasRead(
  { bundle, clean: cleanGiven, poisoned: poisonedGiven = [] }: EvaluateOptions,
  sets: readonly ImageSet[],
  { clean, poisoned }: Evaluation,
): Pick<Run, 'inputs' | 'sets'> {
  const counts = [clean.accuracy.n, ...poisoned.map(({ detectionRate }) => detectionRate.n)];
  const named = (set: string | ImageSet) => (typeof set === 'string' ? set : set.name);
  return {
    inputs: [
      { label: 'Bundle', value: bundle },
      { label: 'Clean images', value: named(cleanGiven) },
      ...poisonedGiven.map((set) => ({ label: 'Poisoned images', value: named(set) })),
    ],
    sets: sets.map(({ name, skipped }, i) => ({
      role: i === 0 ? 'clean images' : 'poisoned images',
      name,
      images: counts[i]!,
      skipped: skipped.length,
    })),
  };
}
