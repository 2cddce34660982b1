import { type Plan, passThrough } from './plan';

/**
 * Layers that change images, or add noise, in training only, as Keras 2.15 to 3.16 compute them: the classifier answers
 * as if they were not there. AutoContrast is none of them.
 */
const TRAINING_ONLY = [
  'ActivityRegularization',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'AugMix',
  'CutMix',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomZoom',
] as const;

/** Taken out of the net; their options don't matter. */
export const trainingOnlyLayers: ReadonlyMap<string, Plan> = new Map(
  TRAINING_ONLY.map((name) => [name, passThrough]),
);
