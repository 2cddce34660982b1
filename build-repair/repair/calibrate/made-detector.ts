import type { FamiliarityRule } from '../../../models/bundle/familiarity-files';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import type { Standard } from '../../../models/detector/score';
import type { TestTimeViews } from '../../../models/detector/test-time-views';
import type { Finding } from '../../finding/types';
import type { Expert } from '../learn/forget';
import type { AloneFigures } from '../unlearn/stand-alone';
import type { SuspectedTarget } from './unlabelled';

/** What a method makes of a BadNet. */
export interface MadeDetector {
  readonly nets: DetectorNets & { readonly expert: Expert | undefined };
  readonly parts: Parts;
  /** What tells how familiar a picture is; left out: nothing is said of it. */
  readonly familiarity?: FamiliarityRule | undefined;
  /** Whether an image of the gallery is a clean image itself, or of its group. */
  readonly isInGallery?: (image: number, entry: number) => boolean;
  readonly rule:
    | { readonly kind: 'disagreement' }
    | (Standard & {
        readonly kind: 'calibrated';
        readonly passOver: number;
        readonly views?: TestTimeViews | undefined;
      });
  /** The images that were scored for calibration; their scores stand in the same order. */
  readonly calibrated: Int32Array;
  /** Undefined where B′'s disagreement with B is the score. */
  readonly scores: Float32Array | undefined;
  /** What the repaired net does by itself, where that was measured. */
  readonly alone?: AloneFigures | undefined;
  readonly without: { evidence: string; reason: string }[];
  readonly notes: string[];
  /** Undefined where there were no images without labels. */
  readonly suspectedTargets?: readonly SuspectedTarget[] | undefined;
  /** Where it was asked for, and there is an expert to ask. */
  readonly finding?: Finding | undefined;
  /** Frees the net that calibrating made; the others are whose fitting made them. */
  dispose(): void;
}
