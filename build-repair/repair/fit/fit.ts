import type { Method } from '../../../models/bundle/methods';
import type { Chosen } from '../choose/choose';
import { type FittedExpert, fitExpert } from './expert';
import { finePrune } from './fine-prune';
import { magnitudePrune } from './magnitude';
import type { Pruned } from './pruned';

/** What a method fits: a detector, or B′ alone. */
export type Fitted = FittedExpert | Pruned;

/** Every `--method`, by name. */
const METHODS: Record<Method, (chosen: Chosen) => Promise<Fitted>> = {
  expert: fitExpert,
  magnitude: magnitudePrune,
  'fine-prune': finePrune,
};

/** Fits what a method makes of B to the clean images. */
export function fitBy(method: Method, chosen: Chosen): Promise<Fitted> {
  return METHODS[method](chosen);
}
