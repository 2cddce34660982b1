import { pValue } from '../../../models/detector/conformal';
import { imagesWithoutNamedClass, isBeyondAll } from '../../../models/detector/rule';
import type { CollectedNet, NamingWay } from './collected';
import { area, areaChange, type Change, pairedChange } from './compare';
import { type Judged, judge } from './judge';
import type { Part } from './parts';

/** What a part changes on one net: with it, less without it. Undefined where there is nothing to measure it on. */
export interface Changes {
  /** Share flagged of the poisoned images on which the attack works. */
  readonly detected?: Change | undefined;
  readonly area?: Change | undefined;
  /** Share flagged of the clean images. */
  readonly falseAlarms?: Change | undefined;
  /** Share answered rightly: of clean images by G, or by B′ of those poisoned ones whose class of B is passed over. */
  readonly right?: Change | undefined;
}

/** Figures of the detector as it is, 0–1; NaN for what a net without a trigger does not have. */
export interface AsItIs {
  readonly detected: number;
  /** At a false-positive rate of 5 %. */
  readonly detectedAtFive: number;
  readonly area: number;
  readonly falseAlarms: number;
  readonly clean: number;
  readonly poisoned: number;
}

/** What the detector comes to as it is. */
export function measureAsItIs(net: CollectedNet): AsItIs {
  const judged = judge(net);
  const scored = scoresOf(net, judged);
  const flags = flagsOf(net, judged);
  return {
    detected: mean(flags.poisoned),
    detectedAtFive: mean(flagsOf(net, judged, 0.05).poisoned),
    area: scored.poisoned.length > 0 ? area(scored) : Number.NaN,
    falseAlarms: mean(flags.clean),
    clean: scored.clean.length,
    poisoned: scored.poisoned.length,
  };
}

/** What a part changes on a net; undefined where the net's bundle has nothing of it. */
export function measurePart(net: CollectedNet, part: Part): Changes | undefined {
  if (part.changes === 'answers') return part.isThere(net) ? { right: answersChange(net) } : undefined;
  if (part.changes === 'names') return namesChange(net, part.with, part.without);
  const sides = part.sides(net);
  if (!sides) return undefined;
  const [withIt, without] = [judge(net, sides.with), judge(net, sides.without)];
  const [flags, others] = [flagsOf(net, withIt), flagsOf(net, without)];
  const { groups } = net;
  const falseAlarms = pairedChange(flags.clean, others.clean, groups);
  if (flags.poisoned.length === 0) return { falseAlarms };
  return {
    detected: pairedChange(flags.poisoned, others.poisoned, groups),
    area: areaChange(scoresOf(net, withIt), scoresOf(net, without), groups),
    falseAlarms,
  };
}

function answersChange(net: CollectedNet): Change {
  const { clean, groups } = net;
  const flagged = flagsOf(net, judge(net)).clean;
  const right = (answers: Int32Array) =>
    Array.from(clean.labels, (label, i) => (flagged[i] === 0 && answers[i] === label ? 1 : 0));
  return pairedChange(right(clean.answered), right(clean.predicted), groups);
}

function namesChange(net: CollectedNet, withIt: NamingWay, without: NamingWay): Changes | undefined {
  const { calibration, poisoned: scores } = judge(net);
  const rule = { ...net.rule, calibration };
  const right: { [side in 'with' | 'without']: number[] } = { with: [], without: [] };
  net.poisoned.forEach((set, k) => {
    const { naming, trueLabels } = set;
    if (!naming || !trueLabels) return;
    const works = new Set(working(set));
    const predicted = (way: NamingWay, i: number) =>
      naming[way][isBeyondAll(scores[k]![i]!, rule) ? 'others' : 'any'][i]!;
    for (const i of imagesWithoutNamedClass(scores[k]!, rule).filter((image) => works.has(image))) {
      right.with.push(predicted(withIt, i) === trueLabels[i] ? 1 : 0);
      right.without.push(predicted(without, i) === trueLabels[i] ? 1 : 0);
    }
  });
  return right.with.length > 0 ? { right: pairedChange(right.with, right.without, net.groups) } : undefined;
}

/** The poisoned images on which the attack works: B answers the target, and it is not their own class. */
function working({ predicted, labels, trueLabels }: CollectedNet['poisoned'][number]): number[] {
  return Array.from(predicted.keys()).filter(
    (i) => predicted[i] === labels[i] && trueLabels?.[i] !== labels[i],
  );
}

/** Scores of clean images and of those on which an attack works. */
function scoresOf(
  net: CollectedNet,
  { clean, poisoned }: Judged,
): { clean: Float32Array; poisoned: number[] } {
  return {
    clean,
    poisoned: net.poisoned.flatMap((set, k) => working(set).map((image) => poisoned[k]![image]!)),
  };
}

/** 1 where G says "backdoored". */
function flagsOf(
  net: CollectedNet,
  judged: Judged,
  alpha = net.rule.alpha,
): { clean: number[]; poisoned: number[] } {
  const { clean, poisoned } = scoresOf(net, judged);
  const flag = (score: number) => (pValue(judged.calibration, score) <= alpha ? 1 : 0);
  return { clean: Array.from(clean, flag), poisoned: poisoned.map(flag) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
