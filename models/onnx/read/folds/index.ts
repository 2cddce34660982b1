import { arithmeticFolds } from './arithmetic';
import type { Fold } from './fold';
import { makingFolds } from './making';
import { rearrangingFolds } from './rearranging';

/** What constants become, by operator: all that exporters compute shapes with. */
export const FOLDS: ReadonlyMap<string, Fold> = new Map(
  [arithmeticFolds, makingFolds, rearrangingFolds].flatMap((each) => Object.entries(each)),
);
