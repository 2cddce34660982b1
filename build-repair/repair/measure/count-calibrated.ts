import { lookUpWithoutNamedClass } from '../../../models/detector/look-up';
import type { NetReadings } from '../../../models/detector/readings';
import { decide, type Rule } from '../../../models/detector/rule';
import type { RepairContext } from '../../context';
import { CleanCounts, type CleanFigures } from '../../evaluate/counts';
import { groupsOf } from '../../images/load';
import type { MadeDetector } from '../calibrate/made-detector';
import type { ObserveCalibration } from '../check/options';

/** Counts verdicts on the calibration images, by the scores that they were given when no fitting had seen them. */
export class CalibratedCounter {
  /** The scores from low to high. */
  readonly sorted: Float32Array;
  private readonly rule: Rule;
  private readonly counts = new CleanCounts();
  private done = 0;

  constructor(
    private readonly context: RepairContext,
    private readonly made: MadeDetector,
    private readonly scores: Float32Array,
    alpha: number,
    private readonly observe?: ObserveCalibration,
  ) {
    this.sorted = scores.slice().sort();
    this.rule =
      made.rule.kind === 'calibrated'
        ? { ...made.rule, alpha, calibration: this.sorted }
        : { kind: 'disagreement', calibration: this.sorted };
  }

  /** The next images, in the order of their scores. */
  add(read: NetReadings): void {
    const { context, made, rule } = this;
    const { nets } = made;
    const end = this.done + read.bad.classes.length;
    const images = made.calibrated.subarray(this.done, end);
    const scores = this.scores.subarray(this.done, end);
    const { isInGallery } = made;
    const isEntry = isInGallery && ((i: number, entry: number) => isInGallery(images[i]!, entry));
    const readings = lookUpWithoutNamedClass(read, nets, scores, rule, isEntry);
    const labels = images.map((image) => context.images.labels[image]!);
    const groups = groupsOf(context.images, images);
    const verdicts = decide(readings, scores, rule, nets.classes);
    this.counts.add(verdicts, { labels, groups });
    this.observe?.(verdicts, {
      pixels: context.images.gather(images),
      labels,
      trueLabels: undefined,
      groups,
      names: Array.from(images, (image) => context.images.names[image]!),
    });
    this.done = end;
  }

  figures(): CleanFigures {
    return this.counts.figures();
  }
}
