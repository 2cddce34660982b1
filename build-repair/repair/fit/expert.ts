import type { TestTimeViews } from '../../../models/detector/test-time-views';
import { type FeatureNet, featureNet } from '../../../models/nets/features';
import { first } from '../../../models/present';
import { allImages } from '../../images/load';
import type { Chosen } from '../choose/choose';
import { coversAllClasses } from '../choose/folds';
import { freeFits } from '../evidence/detector';
import { chooseTestTimeViews } from '../observe/choose-test-time-views';
import { type Passes, runPasses } from '../observe/clean-image-passes';
import { type FittedInFolds, fitInFolds } from './in-folds';

/** All that is fitted before it is calibrated. */
export interface FittedExpert extends FittedInFolds {
  readonly kind: 'expert';
  /** B with its features. */
  readonly bad: FeatureNet;
  readonly passes: Passes;
  /** Undefined where no view of an image helps B. */
  readonly views: TestTimeViews | undefined;
  /** Frees B's copy and all that was fitted. */
  dispose(): void;
}

/**
 * Fits the default method: evidence of an expert that forgot the clean task, of distances to the class named, and of a head relearned
 * from labels (where classes lack images: of transplanted halves).
 */
export async function fitExpert(chosen: Chosen): Promise<FittedExpert> {
  const { context, flat, plan, keepsImages } = chosen;
  const { images, classes } = context;
  const bad = featureNet(flat, 'bad');
  let passes: Passes | undefined;
  try {
    const sample = plan.scheme === 'split' ? first(plan.folds).fit : allImages(images);
    const keepsPlaces = keepsImages && coversAllClasses(images.labels, sample, classes);
    passes = await runPasses(context, bad, sample, keepsPlaces);
    const views = await chooseTestTimeViews(context, bad.net, passes.clean, sample);
    const fitted = await fitInFolds(chosen, bad, passes);
    passes.stems?.dispose();
    const dispose = () => {
      bad.net.dispose();
      freeFits(fitted.served);
    };
    return { kind: 'expert', bad, passes, views, ...fitted, dispose };
  } catch (error) {
    passes?.stems?.dispose();
    bad.net.dispose();
    throw error;
  }
}
