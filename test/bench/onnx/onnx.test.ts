import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassCloud } from '../../../models/detector/mahalanobis';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import { imageTensor, outputsOf } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { imageSize } from '../../../models/images/set';
import { stemCut } from '../../../models/nets/cut';
import { CUT, featureNet } from '../../../models/nets/features';
import { copyBetween, copyNet } from '../../../models/nets/graph';
import { Random } from '../../../models/random';
import { deepId } from '../deepid';
import { detectorOnnx } from './detector';
import { installedOnnxRuntime } from './install.mjs';
import { openOnnx } from './session';

const classes = 17;
const n = 5;
const random = new Random(1);

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe('the ONNX file of a detector', () => {
  it('refuses a layer that it has no writer for', () => {
    const { nets, parts } = detector();
    const input = tfl.input({ shape: [55, 47, 3] });
    const outputs = tfl.layers.globalAveragePooling2d({ name: 'mean' }).apply(input) as tfl.SymbolicTensor;
    const odd = tfl.model({ inputs: input, outputs });
    expect(() => detectorOnnx(nets, { ...parts, forgetting: { model: odd, from: 'image' } })).toThrow(
      /mean: no GlobalAveragePooling2D/,
    );
  });

  // Where it is not: `npm run bench verdict` installs it in the cache folder.
  it.skipIf(installedOnnxRuntime() === undefined)(
    'answers as the nets do',
    { timeout: 120_000 },
    async () => {
      const { nets, parts } = detector();
      const pixels = Uint8Array.from({ length: n * imageSize(nets.shape) }, () => random.int(256));
      const images = imageTensor(pixels, n, nets.shape, nets.pixels);
      const [bad, latent, trunk] = outputsOf(nets.bad, images);
      const project = (features: tf.Tensor, { projection, dimensions }: ClassCloud) =>
        tf.matMul(
          tf.reshape(features, [n, -1]),
          tf.tensor2d(projection, [projection.length / dimensions, dimensions]),
        );
      const wanted = {
        bad: bad!,
        second: nets.relearned!.model.apply([bad!, latent!, trunk!]) as tf.Tensor,
        expert: outputsOf(parts.forgetting!.model, outputsOf(nets.bad, images).at(-1)!)[0]!,
        latent: project(latent!, parts.latent!),
        trunk: project(trunk!, parts.trunk!),
      };
      const session = await openOnnx(nets, parts, 2);
      const rows = (await images.data()) as Float32Array;
      const answered = await session.run(rows, n);
      const cut = outputsOf(nets.bad, images)[CUT]!;
      const further = {
        cut: [cut, answered.cut!],
        alone: [bad!, await session.bad(rows, n)],
        head: [bad!, await session.head((await cut.data()) as Float32Array, n)],
      } as const;
      await session.close();
      expect(Object.keys(answered).sort()).toEqual([...Object.keys(wanted), 'cut'].sort());
      const pairs = Object.entries(wanted).map(
        ([name, tensor]) => [name, [tensor, answered[name]!]] as const,
      );
      for (const [name, [tensor, found]] of [...pairs, ...Object.entries(further)]) {
        const values = (await tensor.data()) as Float32Array;
        expect(found.length).toBe(values.length);
        const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
        expect(apart / scale, name).toBeLessThan(1e-4);
      }
    },
  );
});

/** DeepID nets of the kinds that repairs make; the relearned head takes B's outputs. */
function detector(): { nets: DetectorNets; parts: Parts } {
  const flat = copyNet(deepId(classes));
  const { net } = featureNet(flat, 'bad');
  const [latent, trunk] = net.outputs.slice(1, 3).map((output) => cloud(output.shape.slice(1) as number[]));
  const nets: DetectorNets = {
    shape: { height: 55, width: 47, channels: 3 },
    pixels: { kind: '-1-1' },
    classes,
    bad: net,
    relearned: { model: secondOpinion(net) },
  };
  const parts: Parts = {
    forgetting: { model: copyBetween(stemCut(flat)!, flat.outputs, 'expert'), from: 'stem' },
    latent: latent!,
    trunk: trunk!,
    transplant: { from: 'cut', hosts: new Uint8Array(55 * 47 * 3), count: 1 },
  };
  return { nets, parts };
}

/** The layers of build-repair/repair/repaired/second-opinion.ts, and vectors that were images joined to others. */
function secondOpinion(head: tfl.LayersModel): tfl.LayersModel {
  const { layers } = tfl;
  const inputs = head.outputs.slice(0, 3).map((output) => tfl.input({ shape: output.shape.slice(1) }));
  const apply = (layer: tfl.layers.Layer, to: tfl.SymbolicTensor | tfl.SymbolicTensor[]) =>
    layer.apply(to) as tfl.SymbolicTensor;
  const [logits, latent, trunk] = inputs as [tfl.SymbolicTensor, tfl.SymbolicTensor, tfl.SymbolicTensor];
  const flat = apply(layers.activation({ activation: 'linear' }), apply(layers.flatten(), trunk));
  const directions = apply(layers.dense({ units: 30, useBias: false }), flat);
  const joined = apply(layers.concatenate(), [latent, flat, directions]);
  const scores = apply(layers.dense({ units: classes }), joined);
  const highest = apply(
    layers.globalMaxPooling1d({}),
    apply(layers.reshape({ targetShape: [classes, 1] }), scores),
  );
  const behind = apply(layers.add(), [highest, apply(layers.rescaling({ scale: -1, offset: 0.1 }), scores)]);
  const beyond = apply(layers.thresholdedReLU({ theta: 0.2 }), behind);
  const outputs = apply(layers.add(), [logits, apply(layers.rescaling({ scale: -10, offset: 0 }), beyond)]);
  return tfl.model({ inputs, outputs });
}

function cloud(shape: readonly number[]): ClassCloud {
  const dimensions = 9;
  const features = shape.reduce((product, size) => product * size, 1);
  const projection = Float32Array.from({ length: features * dimensions }, () => random.uniform(-0.5, 0.5));
  const means = new Float32Array(classes * dimensions);
  return { features, dimensions, projection, means, known: new Uint8Array(classes).fill(1) };
}
