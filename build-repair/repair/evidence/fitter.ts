import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Reader } from '../../../models/detector/evidence/kind';
import type { DetectorNets } from '../../../models/detector/nets';
import type { RepairContext } from '../../context';
import type { FitPart } from '../../stages';
import type { Passes } from '../observe/clean-image-passes';
import type { DrawHosts } from './hosts';

/** What a detector is fitted on. */
export interface FitPlan {
  readonly fit: Int32Array;
  /** Whether a head is relearned from it. */
  readonly fitsProbe: boolean;
  /** Classes of which that head is not asked. */
  readonly classesNotInProbe: readonly number[];
  /** Undefined where no images may be kept. */
  readonly drawHosts: DrawHosts | undefined;
  readonly part: FitPart;
}

/** What a kind of evidence is fitted with. */
export interface Fitting {
  readonly context: RepairContext;
  /** B, flat, ending in logits. */
  readonly flat: LayersModel;
  readonly passes: Passes;
  readonly plan: FitPlan;
}

/**
 * How one kind of evidence is fitted, once for every fold and once to be served.
 * @typeParam Fitted what comes of it, in calibration
 * @typeParam Part what of that is served (see Kind)
 */
export interface Fitter<Fitted = unknown, Part = unknown> {
  /** @returns undefined where the images don't suffice */
  fit(fitting: Fitting): Fitted | undefined | Promise<Fitted | undefined>;
  /** Makes what was fitted ready to read clean images that it was not fitted on, by the same B. */
  open(fitted: Fitted, fitting: Fitting, nets: DetectorNets): Reader | undefined;
  /** What is served, of what was fitted on all; undefined where it lies in B or B′. */
  part(fitted: Fitted): Part | undefined;
  /**
   * What is served where calibration cross-fits; by default what was fitted on all.
   * @param folds what the images were scored by
   */
  settle?(
    fitted: Fitted | undefined,
    folds: readonly (Fitted | undefined)[],
    labels: Int32Array,
  ): Fitted | undefined;
  /** Frees what was fitted. */
  free?(fitted: Fitted): void;
}
