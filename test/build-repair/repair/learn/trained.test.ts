import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Chosen } from '../../../../build-repair/repair/choose/choose';
import { finePrune } from '../../../../build-repair/repair/fit/fine-prune';
import { magnitudePrune } from '../../../../build-repair/repair/fit/magnitude';
import { pruneDormantChannels } from '../../../../build-repair/repair/fit/prune-channels';
import { fineTune } from '../../../../build-repair/repair/learn/fine-tune';
import { forget } from '../../../../build-repair/repair/learn/forget';
import { fitLinearProbe } from '../../../../build-repair/repair/learn/linear-probe';
import { accuracyOn } from '../../../../build-repair/repair/observe/accuracy';
import { runPasses } from '../../../../build-repair/repair/observe/clean-image-passes';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { toLogits } from '../../../../models/keras/logits';
import { stemCut } from '../../../../models/nets/cut';
import { featureNet } from '../../../../models/nets/features';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, stripes } from '../striped-images';

// Few steps: these tests ask whether anything is trained, not how well.
vi.mock('../../../../build-repair/repair/unlearn/steps', async (original) => ({
  ...(await original<object>()),
  IMPLANTING_STEPS: 2,
  unlearningSteps: () => 6,
}));

const clean = contextOf(stripes(200, 3));
const fit = range(0, 200);
const other = contextOf(stripes(100, 4));
const accuracy = (net: LayersModel) => accuracyOn(other, net, range(0, 100));
let untrained: number;
let bad: LayersModel;

beforeAll(async () => {
  await startEngine();
  await enableTraining();
  const model = branchedNet(classes);
  untrained = await accuracy(model);
  await fineTune(clean, {
    model,
    fit,
    epochs: 12,
    batchSize: 20,
    learningRate: 4e-3,
    stage: '',
    stream: 'B',
  });
  bad = toLogits(model);
});

/** A net's weights, layer after layer. */
const valuesOf = (net: LayersModel) =>
  net.getWeights().map((weight) => ({
    values: weight.dataSync() as Float32Array,
    isKernel: weight.shape.length > 1,
  }));

test('fine-tuning learns what images are', async () => {
  expect(untrained).toBeLessThan(0.4);
  expect(await accuracy(bad)).toBeGreaterThan(0.55);
});

test('the expert forgets what B knows, of images that it has not seen, too', async () => {
  const expert = await forget(clean, bad, fit, { number: 1, stream: '' });
  expect(expert.remembers).toBeLessThanOrEqual(0.2);
  const own = tfl.model({
    inputs: bad.inputs[0]!,
    outputs: expert.model.apply(stemCut(bad)!) as tfl.SymbolicTensor,
  });
  expect(await accuracy(own)).toBeLessThan(0.4);
  expert.dispose();
});

test('a linear probe names images by B’s features, which it has learned from labels alone', async () => {
  const all = contextOf(stripes(300, 3));
  const passes = await runPasses(all, featureNet(bad, 'bad'), fit, false);
  const { weights, bias } = await fitLinearProbe(all, passes, fit, { number: 1, stream: '' });
  const { latent, trunk } = passes.clean;
  const held = range(200, 300);
  const right = held.filter((image) => {
    const features = [latent, trunk!].flatMap(({ values, dimensions }) =>
      Array.from(values.subarray(image * dimensions, (image + 1) * dimensions)),
    );
    const scores = Array.from(bias, (start, each) =>
      features.reduce((sum, value, f) => sum + value * weights[f * classes + each]!, start),
    );
    return scores.indexOf(Math.max(...scores)) === all.images.labels[image];
  });
  expect(right.length / held.length).toBeGreaterThan(0.45);
});

test('magnitude pruning holds 70 % of each kernel at zero, and trains what is left', async () => {
  const { repaired, dispose } = await magnitudePrune({ context: clean, flat: bad });
  const before = valuesOf(bad);
  for (const [i, { values, isKernel }] of valuesOf(repaired).entries()) {
    const kept = Array.from(values.keys()).filter((at) => values[at] !== 0);
    if (isKernel) expect(kept.length / values.length).toBeCloseTo(0.3, 1);
    const changed = kept.filter((at) => values[at] !== before[i]!.values[at]);
    expect(changed.length).toBeGreaterThan(kept.length / 2);
  }
  dispose();
});

/** Where a layer of a net has a channel whose weights are all zero. */
function silentChannels(net: LayersModel, layer: string): number[] {
  const weights = net.getLayer(layer).getWeights();
  const channels = weights[0]!.shape.at(-1)!;
  const kernel = weights[0]!.dataSync() as Float32Array;
  const bias = weights[1]!.dataSync() as Float32Array;
  return Array.from({ length: channels }, (_, channel) => channel).filter(
    (channel) => bias[channel] === 0 && kernel.every((value, i) => i % channels !== channel || value === 0),
  );
}

test('channels that clean images leave dormant are pruned, as far as clean accuracy holds, and can be so again', async () => {
  const net = copyNet(bad, 'pruned');
  // Channels 2 and 7 are never active; what they weigh is a backdoor’s to use.
  const layer = net.getLayer('conv_4');
  const [kernel, bias] = layer.getWeights();
  const dormant = bias!.dataSync().map((value, channel) => (channel === 2 || channel === 7 ? -1000 : value));
  tf.tidy(() => layer.setWeights([kernel!, tf.tensor1d(dormant)]));
  const untouched = copyNet(net, 'untouched');
  const { layers, accuracyBefore, accuracyAfter, reapply } = await pruneDormantChannels(
    clean,
    net,
    fit,
    0.04,
  );
  expect(silentChannels(net, 'conv_4')).toEqual(expect.arrayContaining([2, 7]));
  for (const { name, pruned } of layers) {
    expect(pruned).toBeGreaterThan(0);
    expect(silentChannels(net, name)).toHaveLength(pruned);
    expect(silentChannels(untouched, name)).toEqual([]);
  }
  expect(await accuracyOn(clean, net, fit)).toBe(accuracyAfter);
  expect(accuracyAfter).toBeGreaterThanOrEqual(accuracyBefore - 0.04);
  reapply(untouched);
  expect(valuesOf(untouched)).toEqual(valuesOf(net));
  net.dispose();
  untouched.dispose();
});

/** A net through whose pruned channels gradients still flow: nothing but fine-pruning itself keeps them pruned. */
function leakyNet(): LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 1 });
  const { layers } = tfl;
  return tfl.sequential({
    layers: [
      layers.conv2d({ inputShape: [20, 16, 3], filters: 10, kernelSize: 3, name: 'conv', kernelInitializer }),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.maxPooling2d({ poolSize: 4 }),
      layers.flatten(),
      layers.dense({ units: 12, activation: 'relu', kernelInitializer }),
      layers.dense({ units: classes, kernelInitializer }),
    ],
  });
}

test('fine-pruning prunes channels, trains the others, and keeps the pruned ones so', async () => {
  const flat = copyNet(leakyNet());
  const { repaired, notes, dispose } = await finePrune({ context: clean, flat } as Chosen);
  const silent = silentChannels(repaired, 'conv').length;
  expect(silent).toBeGreaterThan(0);
  expect(notes).toEqual([`pruned ${silent} of 10 channels of conv`]);
  const before = valuesOf(flat);
  const trained = valuesOf(repaired).filter(({ values }, i) =>
    values.some((value, at) => value !== 0 && value !== before[i]!.values[at]),
  );
  // All but the kernel and bias of the last layer, which stays as it is.
  expect(trained).toHaveLength(before.length - 2);
  dispose();
});
