import { smallestAlpha } from '../../../models/detector/conformal';
import { isComplete, type Readings } from '../../../models/detector/evidence/kind';
import { KINDS } from '../../../models/detector/evidence/kinds';
import { repaired } from '../../../models/detector/evidence/repaired';
import type { Parts } from '../../../models/detector/nets';
import { firstScores, type Standard } from '../../../models/detector/score';
import type { Finding } from '../../finding/types';
import { groupsOf } from '../../images/load';
import type { Chosen } from '../choose/choose';
import { partsOf } from '../evidence/detector';
import type { FittedExpert } from '../fit/expert';
import { type Expert, MUCH } from '../learn/forget';
import type { StandsAlone } from '../unlearn/stand-alone';
import { fitDiscriminant } from './fit-discriminant';
import { calibrationScores, fitStandard } from './standard';
import { suspectedBy } from './suspect';
import { transplantCalibration } from './transplant-calibration';
import { findSuspectedTargets, type SuspectedTarget, scoreUnlabelled } from './unlabelled';

/** How a detector decides, and the evidence of the clean images that it was calibrated on. */
export interface Decision {
  readonly parts: Parts;
  readonly standard: Standard;
  /** Calibration images, in the order of their scores. */
  readonly calibrated: Int32Array;
  /** Their scores. */
  readonly scores: Float32Array;
  readonly without: { evidence: string; reason: string }[];
  /** What people should know of it. */
  readonly notes: readonly string[];
  /** Undefined where there were no images without labels. */
  readonly suspectedTargets: readonly SuspectedTarget[] | undefined;
}

/**
 * Scores the clean images that no fitting has seen, and sets by them how images are judged.
 * @param finding the classes that it names count
 * @param alone the repaired net, whose margin is evidence
 */
export async function calibrateDecision(
  { context, unlabelled }: Pick<Chosen, 'context' | 'unlabelled'>,
  { bad, passes, read, served, classesNotInProbe }: FittedExpert,
  finding: Finding | undefined,
  alone: Pick<StandsAlone, 'net' | 'evidence'> | undefined,
): Promise<Decision> {
  const calibrated = Int32Array.from(read.flatMap(({ images }) => Array.from(images)));
  const had = join(
    read.map((part) => part.readings),
    (kind) => served.fits[kind] !== undefined,
  );
  const complete = isComplete((kind) => had[kind] !== undefined);
  const readings = decidingOf(alone ? { ...had, [repaired.name]: alone.evidence } : had);
  const predicted = calibrated.map((image) => passes.clean.predicted[image]!);
  const first = { first: fitDiscriminant(readings, predicted, Array.from(predicted.keys())) };
  const scores = firstScores(readings, first, predicted);
  const suspectedTargets =
    unlabelled &&
    findSuspectedTargets(
      { scores, predicted },
      await scoreUnlabelled(context, unlabelled, { bad: bad.net, repaired: alone?.net }, served, first),
      context.classes,
    );
  // Images are cut where B's features are no use: it costs more, and finds a little more.
  const from = complete && bad.hasCut ? ('cut' as const) : ('image' as const);
  const further = await transplantCalibration(context, { net: bad.net, from }, read, scores, complete);
  const evidence = { readings, predicted, transplants: further.transplants };
  const fitted = fitStandard(evidence);
  const groups = groupsOf(context.images, calibrated);
  const scoresWith = calibrationScores(evidence, fitted, groups, context.seed);
  const found = [...(finding?.targets ?? []), ...(suspectedTargets ?? [])].map((each) => each.class);
  const suspected = suspectedBy([...new Set(found)], scoresWith(), predicted);
  const isServed = (kind: string) =>
    (readings[kind] ?? had[kind]) !== undefined ||
    (kind === 'transplant' && further.transplants !== undefined);
  const parts = partsOf(served, isServed);
  return {
    parts: { ...parts, transplant: parts.transplant && { ...parts.transplant, from } },
    standard: { ...fitted.standard, suspected },
    calibrated,
    scores: scoresWith(suspected),
    without: KINDS.flatMap(({ name, without }) => {
      const reason = without?.({
        isHad: isServed(name),
        hasTrunk: passes.clean.trunk !== undefined,
        classesNotInProbe: readings.relearned ? classesNotInProbe : [],
        namedByHalves: further.namedByHalves,
      });
      return reason === undefined ? [] : [{ evidence: name, reason }];
    }),
    notes: [...forgetfulness(served.fits.forgetting), ...fewGroups(groups)],
    suspectedTargets,
  };
}

function forgetfulness({ remembers }: Expert): string[] {
  if (remembers < MUCH) return [];
  return [
    `the expert still names ${Math.round(100 * remembers)} % of the clean images: it could not be made to forget, and tells less than usual`,
  ];
}

/** Images of the same few groups tell of rates that new groups need not keep. */
function fewGroups(groups: readonly string[] | undefined): string[] {
  if (!groups) return [];
  const count = new Set(groups).size;
  const least = smallestAlpha(count);
  return [
    `calibrated on ${groups.length} images of ${count} groups: what is promised is promised of images like these; of new groups alone, a false-positive rate under ${(100 * least).toPrecision(2)} % can't be told from so few`,
  ];
}

/** Evidence that decides: without kinds that others replace. */
function decidingOf(readings: Readings): Readings {
  const replaced = KINDS.flatMap(({ name, replaces }) => (readings[name] && replaces ? [replaces] : []));
  return Object.fromEntries(Object.entries(readings).filter(([kind]) => !replaced.includes(kind)));
}

/** Evidence that a fold or the served detector goes without, or that no image has, is left out of all. */
function join(parts: readonly Readings[], isServed: (kind: string) => boolean): Readings {
  const joined: { [kind: string]: Float32Array } = {};
  for (const { name } of KINDS) {
    const arrays = parts.flatMap((part) => part[name] ?? []);
    if (!isServed(name) || arrays.length < parts.length) continue;
    const values = Float32Array.from(arrays.flatMap((array) => Array.from(array)));
    if (values.some((value) => !Number.isNaN(value))) joined[name] = values;
  }
  return joined;
}
