import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { trainingOnlyLayers } from '../../../models/keras/layers/augmentation';
import { OUTPUT, refusal, WEIGHTS } from './refusal';
import { FLAT, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

/**
 * Keras's layers that change images or values beside the net's own, and what each does when a net classifies
 * (`predict`), read in the sources of Keras 2.15 and 3.16: nothing, or something.
 */
const WHEN_CLASSIFYING: Record<string, 'nothing' | 'acts'> = {
  ActivityRegularization: 'nothing',
  AlphaDropout: 'nothing',
  AugMix: 'nothing',
  CutMix: 'nothing',
  GaussianDropout: 'nothing',
  GaussianNoise: 'nothing',
  MixUp: 'nothing',
  RandAugment: 'nothing',
  RandomBrightness: 'nothing',
  RandomColorDegeneration: 'nothing',
  RandomColorJitter: 'nothing',
  RandomContrast: 'nothing',
  RandomElasticTransform: 'nothing',
  RandomErasing: 'nothing',
  RandomFlip: 'nothing',
  RandomGaussianBlur: 'nothing',
  RandomGrayscale: 'nothing',
  RandomHue: 'nothing',
  RandomInvert: 'nothing',
  RandomPerspective: 'nothing',
  RandomPosterization: 'nothing',
  RandomRotation: 'nothing',
  RandomSaturation: 'nothing',
  RandomSharpness: 'nothing',
  RandomShear: 'nothing',
  RandomTranslation: 'nothing',
  RandomZoom: 'nothing',
  AutoContrast: 'acts',
  CLAHE: 'acts',
  RandomCrop: 'acts',
  RandomHeight: 'acts',
  RandomWidth: 'acts',
  Solarization: 'acts',
};

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

it('every layer that is taken out of nets is in the table', () => {
  const nothing = Object.entries(WHEN_CLASSIFYING).filter(([, does]) => does === 'nothing');
  expect([...trainingOnlyLayers.keys()].sort()).toEqual(nothing.map(([name]) => name).sort());
});

it.each(Object.entries(WHEN_CLASSIFYING))('%s: %s', async (className, does) => {
  const config = sequential([IMAGE, [className, { name: 'odd' }], FLAT, OUTPUT]);
  if (does === 'acts') {
    expect((await refusal(config)).message).toContain(`"odd" (${className}) can't be used`);
    return;
  }
  const net = await loadNet(await writeNet(join(folder, `${className}.h5`), { config, weights: WEIGHTS }));
  expect(net.model.layers.map((layer) => layer.getClassName())).toEqual(['InputLayer', 'Flatten', 'Dense']);
  net.model.dispose();
});
