import { imageTypes } from '../../models/images/decode/image-types';
import { example } from './parts';

/** Examples of what is asked and answered: what `npm run demo` makes says these things of its two faces. */

/** A PNG of 2 × 2 blue pixels. */
const PIXELS =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWPgEjnBJXKCAUIBABY+A5mmXfZFAAAAAElFTkSuQmCC';

export const BUNDLE = 'c3b25f645dd360ef3d403357419586195f82d94015fbd7f923291896cfc62f24';
const by = { model: 'badnet', bundle: BUNDLE, alpha: 0.01 };

export const clean = {
  class: 4,
  backdoored: false,
  pValue: 0.41113784119450514,
  suspicion: 0.8949999809265137,
  answer: { class: 4, probability: 0.9704462885856628 },
  bad: { class: 4, probability: 0.9704462885856628 },
  repaired: { class: 4, probability: 0.9875440001487732 },
  familiarity: 0.47090733698206577,
  unfamiliar: false,
};

const backdoored = {
  class: 24,
  backdoored: true,
  pValue: 0.0017331022530329288,
  suspicion: 54.8489990234375,
  answer: { class: 5, probability: 1 },
  bad: { class: 5, probability: 1 },
  repaired: { class: 19, probability: 0.9979183673858643 },
  recovered: { class: 4, probability: 0.6138077145574306 },
  familiarity: 0.005640910615346377,
  unfamiliar: true,
};

const top = {
  bad: [
    { class: 5, probability: 0.9999999998955533 },
    { class: 19, probability: 6.736820852686314e-11 },
  ],
  repaired: [
    { class: 19, probability: 0.9979183585136863 },
    { class: 16, probability: 0.0017572324938640756 },
  ],
};

const place = { x: 4, y: 16, width: 20, height: 8, sureness: 0.8442390195192212 };

const noImage = {
  code: 'IMAGE_UNSUPPORTED_TYPE',
  type: 'urn:goodnet:problem:unsupported-type',
  title: 'The image is of no known type',
  status: 415,
  detail: `The image is none of ${imageTypes('and')}.`,
};

export const IMAGES = {
  one: { summary: 'One image', value: { images: [{ base64: PIXELS }] } },
  several: {
    summary: 'Several, by name',
    value: {
      images: [
        { name: 'clean_face.png', base64: PIXELS },
        { name: 'notes.txt', base64: 'aGVsbG8=' },
      ],
    },
  },
};

export const ANSWERS = {
  clean: { summary: 'A clean image', value: { ...by, ...clean } },
  backdoored: { summary: 'A backdoored image, of 24 classes: class 24', value: { ...by, ...backdoored } },
  detail: { summary: 'With ?detail=2', value: { ...by, ...backdoored, top, place } },
  several: {
    summary: 'Several images: a verdict, and an error',
    value: {
      ...by,
      results: [
        { name: 'clean_face.png', ...clean },
        { name: 'notes.txt', error: noImage },
      ],
    },
  },
};

export const MODELS = example('One model', { models: ['badnet'] });

const input = { height: 40, width: 32, channels: 3, fit: 'stretch' };
export const MODEL_INFO = example('The model that the demo makes', {
  model: 'badnet',
  bundle: BUNDLE,
  classes: 24,
  input,
  alpha: 0.01,
  alphas: { least: 0.0017331022530329288, most: 0.5 },
  method: 'expert',
  measured: {
    images: 576,
    accuracyBefore: 0.9826388888888888,
    accuracyRepaired: 0.9861111111111112,
    accuracy: 0.9809027777777778,
    falsePositiveRate: 0.008680555555555556,
  },
  without: [
    {
      evidence: 'transplant',
      reason:
        'half of the image alone has B name the class of 49 % of the clean images asked, without any trigger',
    },
  ],
  finding: {
    backdoored: true,
    score: 2.1605953751094678,
    limit: 1,
    tried: 11,
    targets: [
      {
        class: 12,
        rate: 1,
        level: 'near certain',
        score: 2.1605953751094678,
        signature: 0.3739405504015185,
        standsOut: 1.2377023085018104,
        area: 0.028125,
        trigger: 'finding/pattern-12.png',
      },
    ],
  },
  calibrationImages: 576,
  limits: { imageBytes: 10_485_760, imagePixels: 25_000_000, requestBytes: 20_971_520, requestImages: 64 },
});

const engine = 'TensorFlow.js 4.22.0 on wasm (XNNPACK, SIMD)';
export const HEALTH = {
  one: {
    summary: 'One model',
    value: { status: 'ok', model: 'badnet', bundle: BUNDLE, classes: 24, input, alpha: 0.01, engine },
  },
  several: { summary: 'Several', value: { status: 'ok', models: ['badnet', 'signs'], engine } },
};
