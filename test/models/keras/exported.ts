import { join } from 'node:path';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { type LoadNetOptions, loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { sharedData } from '../../shared-data';
import { branchedNet, chainNet } from '../../small-nets';
import { everyLayer } from '../engine/every-layer';
import { expectedAnswers, fixture, optionsOf } from './nets';

/** A net as a bundle has it, which ends in logits. */
export interface BundledNet {
  readonly name: string;
  make(): LayersModel | Promise<LayersModel>;
}

async function read(path: string, options: LoadNetOptions): Promise<LayersModel> {
  const { model } = await loadNet(path, options);
  const logits = toLogits(model);
  model.dispose();
  return logits;
}

/** Whose configuration is longer than the 64 KiB that an attribute of an HDF5 file holds by itself. */
function deepNet(): LayersModel {
  const kernelInitializer = initializers.identity({ gain: 1 });
  const steps = Array.from({ length: 300 }, (_, i) =>
    layers.dense({ units: 4, activation: 'elu', kernelInitializer, name: `a_long_name_of_a_layer_${i}` }),
  );
  const flat = layers.flatten({ inputShape: [2, 2, 1] });
  return sequential({
    layers: [
      flat,
      ...steps,
      layers.dense({ units: 3, kernelInitializer: initializers.glorotUniform({ seed: 1 }) }),
    ],
  });
}

const fixtures = ['keras1', 'keras2', 'keras3', 'common2', 'common3'].flatMap((folder) =>
  Object.keys(expectedAnswers(folder)).map((file) => `${folder}/${file}`),
);

/** Small nets: one with a layer of each kind that is trained, and the fixtures, which have all that are read. */
export const smallNets: readonly BundledNet[] = [
  { name: 'chain', make: () => chainNet() },
  { name: 'branched', make: () => branchedNet() },
  { name: 'every layer', make: everyLayer },
  { name: 'deep', make: deepNet },
  ...fixtures.map((file) => ({ name: file, make: () => read(fixture(file), optionsOf(file)) })),
];

const REAL: readonly (readonly [name: string, file: string, architecture?: string])[] = [
  ['residual blocks', 'cifar10/patch_net.h5'],
  ['faces', 'faces1283/badnets/stealth_bd_net.h5'],
  ['faces of the contest', 'csaw2020/badnets/sunglasses_bd_weights.h5', 'deepid'],
  ['signs', 'signs43/badnets/signs_bd_net.h5'],
];

/** Nets of the shared data; none where it is absent. */
export const realNets: readonly BundledNet[] =
  sharedData === undefined
    ? []
    : REAL.map(([name, file, architecture]) => ({
        name,
        make: () => read(join(sharedData!, file), { architecture }),
      }));
