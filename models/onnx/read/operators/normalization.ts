import { layers } from '@tensorflow/tfjs-layers';
import { constantInput, imageOf, liveInput, made, type Translate, weightsOf } from '../call';
import { Live } from '../live';

const ZEROS_AND_ONES = {
  betaInitializer: 'zeros',
  gammaInitializer: 'ones',
  movingMeanInitializer: 'zeros',
  movingVarianceInitializer: 'ones',
} as const;

export const normalizations: Readonly<Record<string, Translate>> = {
  BatchNormalization(call) {
    const { node, unique } = call;
    const epsilon = node.float('epsilon', 1e-5);
    node.attribute('momentum');
    node.only('training_mode', [0]);
    node.only('spatial', [1]);
    const x = liveInput(call);
    const channels = x.shape[1]!;
    const weights = [1, 2, 3, 4].map((i) => weightsOf(call, constantInput(call, i)));
    if (weights.some(({ values, shape }) => shape.length !== 1 || values.length !== channels))
      throw node.refused(`has no weights for ${channels} channels`);
    const layer = made(
      call,
      (name) => layers.batchNormalization({ name, epsilon, ...ZEROS_AND_ONES }),
      weights,
    );
    if (x.rank === 4) return Live.image(layer([imageOf(call)]));
    if (x.rank !== 2) throw node.refused(`works on ${x.rank - 1} dimensions, not on images`);
    return Live.plain(layer([x.arranged([0, 1], unique)]));
  },
};
