import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ZEROS_AND_ONES } from '../../../keras/layers/normalization';
import type { WeightValues } from '../../../keras/layers/plan';
import { GroupNormalization } from '../../../nets/group-normalization';
import { last } from '../../../present';
import {
  axisWithin,
  type Call,
  constantInput,
  imageOf,
  liveInput,
  made,
  type Translate,
  weightsOf,
} from '../call';
import { Live } from '../live';

/** Each value several times, one after the other. */
function repeated({ shape, values }: WeightValues, times: number): WeightValues {
  if (times === 1) return { shape, values };
  const all = Float32Array.from({ length: values.length * times }, (_, i) => values[Math.floor(i / times)]!);
  return { shape: [all.length], values: all };
}

/** Scale and shift. @throws NetError where they aren't one each of so many */
function scaleAndShift(call: Call, count: number): WeightValues[] {
  const weights = [1, 2].map((i) => weightsOf(call, constantInput(call, i)));
  if (weights.some(({ values, shape }) => shape.length !== 1 || values.length !== count))
    throw call.node.refused(`has no weights for ${count} channels`);
  return weights;
}

function grouped(
  call: Call,
  x: SymbolicTensor,
  groups: number,
  weights: readonly WeightValues[],
): SymbolicTensor {
  const epsilon = call.node.float('epsilon', 1e-5);
  return made(call, (name) => new GroupNormalization({ name, groups, epsilon }), weights)([x]);
}

/**
 * Of each channel by itself. PyTorch writes a GroupNorm so, (batch, channels, places) turned into (batch, groups, all of a group's
 * values): its groups are then one axis of the tensor, before it the places, behind it the channels of each.
 */
function instances(call: Call): Live {
  const x = liveInput(call);
  const channels = x.shape[axisWithin(call.node, x, 1)]!;
  const weights = scaleAndShift(call, channels);
  if (x.rank < 3 || x.shape[0] !== 1) throw call.node.refused(`works on ${x.shape.join('×')}, not on images`);
  const lengths = x.tensor.shape.slice(1) as number[];
  const [place, ...more] = x.axes[1]!;
  const places = lengths.slice(0, (place ?? 1) - 1).reduce((product, length) => product * length, 1);
  if (place === undefined || more.length > 0 || places === 1) {
    const { tensor, wrap } = x.laid([...[...x.axes.keys()].slice(2), 1], call.unique);
    return wrap(grouped(call, tensor, channels, weights));
  }
  const each = lengths.slice(place).reduce((product, length) => product * length, 1);
  const reshaped = (from: SymbolicTensor, targetShape: number[], suffix: string) =>
    made({ ...call, name: `${call.name}_${suffix}` }, (name) => layers.reshape({ name, targetShape }))([
      from,
    ]);
  const all = weights.map((weight) => repeated(weight, each));
  const sequence = reshaped(x.tensor, [places, channels * each], 'groups');
  return x.like(reshaped(grouped(call, sequence, channels, all), lengths, 'apart'));
}

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
    const { tensor, wrap } = x.lastly(axisWithin(node, x, 1), unique);
    return wrap(layer([tensor]));
  },
  InstanceNormalization: instances,
  GroupNormalization(call) {
    const { node } = call;
    node.attribute('stash_type');
    const groups = node.int('num_groups', 1);
    const channels = liveInput(call).shape[1]!;
    if (!(groups >= 1 && channels % groups === 0))
      throw node.refused(`has ${groups} groups of ${channels} channels`);
    // One scale and shift a group, until operator set 21.
    const each = node.opset < 21 ? channels / groups : 1;
    const weights = scaleAndShift(call, channels / each).map((weight) => repeated(weight, each));
    return Live.image(grouped(call, imageOf(call), groups, weights));
  },
  LayerNormalization(call) {
    const { node, unique } = call;
    const epsilon = node.float('epsilon', 1e-5);
    node.attribute('stash_type');
    const x = liveInput(call);
    const length = last(x.shape);
    const axis = axisWithin(node, x, node.int('axis', -1));
    if (axis !== x.rank - 1) throw node.refused('runs over several axes');
    const [scale, shift] = [1, 2].map((i) =>
      call.inputs[i] === undefined ? undefined : weightsOf(call, constantInput(call, i)),
    );
    const weights = [scale, shift].filter((weight) => weight !== undefined);
    if (!scale || weights.some(({ values }) => values.length !== length))
      throw node.refused(`has no weights for ${length} values`);
    const { betaInitializer, gammaInitializer } = ZEROS_AND_ONES;
    const args = { epsilon, axis: -1, center: shift !== undefined, betaInitializer, gammaInitializer };
    const layer = made(
      call,
      (name) => layers.layerNormalization({ name, ...args }),
      weights.map(({ values }) => ({ shape: [length], values })),
    );
    const { tensor, wrap } = x.lastly(axis, unique);
    return wrap(layer([tensor]));
  },
};
