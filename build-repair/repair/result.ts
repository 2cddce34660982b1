import type { WrittenBundle } from '../../models/bundle/written-bundle';
import type { CleanFigures } from '../evaluate/counts';

/** A bundle in its store. */
export interface Written extends WrittenBundle {
  /** Whether it was made current: it was not where the net is not repaired, and nobody has accepted that. */
  readonly madeCurrent: boolean;
}

/** A bundle made and put into its store. */
export interface RepairResult extends Written {
  readonly figures: CleanFigures;
  /** What whoever trusts the bundle should know, in sentences. */
  readonly notices: readonly string[];
}
