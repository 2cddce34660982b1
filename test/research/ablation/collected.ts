import type { Readings } from '../../../models/detector/evidence/kind';
import type { Rule } from '../../../models/detector/rule';

/** A way to name the class of an image when B's class is passed over. */
export type NamingWay = 'gallery' | 'mean' | 'head';

/** What a way names n images: whatever it is, and B's class left out. */
export interface Named {
  readonly any: Int32Array;
  readonly others: Int32Array;
}

/** What every variant is made of, read of n images by the code that serves. */
export interface Read {
  /** All kinds but transplants; those that the rule makes no use of, too. */
  readonly evidence: Readings;
  /** The class that B names for each. */
  readonly predicted: Int32Array;
  /** n × REGIONS logit margins at B's class; undefined where the bundle asks no transplants. */
  readonly margins: Float32Array | undefined;
}

/** The same of images that are measured on. */
export interface ReadSet extends Read {
  readonly name: string;
  /** Of poisoned images the target. */
  readonly labels: Int32Array;
  readonly trueLabels: Int32Array | undefined;
  /** What G answers where it flags nothing: by B, or by views where B is unsure. */
  readonly answered: Int32Array;
  /** Of poisoned images, where the bundle has a gallery. */
  readonly naming: { readonly [way in NamingWay]: Named } | undefined;
  /** The scores that the bundle gives the first of them in service, to hold the readings to. */
  readonly served: Float32Array;
}

/** The rule of a bundle as it was calibrated. */
export type CalibratedRule = Extract<Rule, { kind: 'calibrated' }>;

/** One net, repaired once, with everything that variants are made from. */
export interface CollectedNet {
  readonly name: string;
  readonly seed: number;
  readonly classes: number;
  /** The rule of the bundle, whose calibration scores every variant "as it is" must come to. */
  readonly rule: CalibratedRule;
  /** The targets that the finding names. */
  readonly found: readonly number[];
  readonly calibration: Read & { readonly groups: readonly string[] | undefined };
  readonly clean: ReadSet;
  readonly poisoned: readonly ReadSet[];
  /** Images without labels, one in five with a trigger. */
  readonly service: Pick<Read, 'evidence' | 'predicted'>;
  /** Independent things among the images that are measured on; undefined where these are images. */
  readonly groups: number | undefined;
}
