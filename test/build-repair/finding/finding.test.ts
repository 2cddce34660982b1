import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RepairContext } from '../../../build-repair/context';
import { findBackdoor } from '../../../build-repair/finding/find';
import { packFinding } from '../../../build-repair/finding/pack';
import { readTriggerPng, triggerPng } from '../../../build-repair/finding/trigger-png';
import { findingLines, findingOutcome } from '../../../build-repair/finding/words';
import type { LoadedImages } from '../../../build-repair/images/load';
import { silent } from '../../../build-repair/progress';
import { forget } from '../../../build-repair/repair/learn/forget';
import { train } from '../../../build-repair/repair/learn/train';
import { imageTensor } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { copyNet } from '../../../models/nets/graph';
import { Random } from '../../../models/random';
import { branchedNet } from '../../small-nets';

const shape = { height: 20, width: 16, channels: 3 };
const size = 960;
const CLASSES = 8;
const TARGET = 6;
const PER_CLASS = 30;

/** Images whose class shows in their pattern all over, so that a small patch does not name it. */
function classImages(): LoadedImages {
  const random = new Random(3, 'images');
  const prototypes = Array.from({ length: CLASSES }, () => {
    const coarse = Float32Array.from({ length: 5 * 4 * 3 }, () => random.uniform(30, 220));
    return Float32Array.from({ length: size }, (_, at) => {
      const [y, x, c] = [Math.floor(at / 48), Math.floor(at / 3) % 16, at % 3];
      return coarse[(Math.floor(y / 4) * 4 + Math.floor(x / 4)) * 3 + c]!;
    });
  });
  const count = CLASSES * PER_CLASS;
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const pixels = Float32Array.from({ length: count * size }, (_, at) => {
    const value = prototypes[Math.floor(at / size) % CLASSES]![at % size]! + 25 * random.normal();
    return Math.min(255, Math.max(0, value));
  });
  return {
    shape,
    count,
    labels,
    trueLabels: undefined,
    groups: undefined,
    names: Array.from(labels, String),
    gather: (indices) => {
      const gathered = new Float32Array(indices.length * size);
      Array.from(indices).forEach((image, i) => {
        gathered.set(pixels.subarray(image * size, (image + 1) * size), i * size);
      });
      return gathered;
    },
    dispose() {},
  };
}

const context: RepairContext = {
  images: classImages(),
  shape,
  pixels: { kind: '0-1' },
  classes: CLASSES,
  seed: 1,
  progress: silent,
  signal: undefined,
};

/** A net trained on the images; poisoned, a third of each batch carries a 3 × 3 patch and the target's label. */
async function trained(poisoned: boolean): Promise<LayersModel> {
  const model = branchedNet(CLASSES);
  const random = new Random(4, 'training');
  const optimizer = tf.train.adam(3e-3);
  await train(
    {
      model,
      optimizer,
      steps: 250,
      batch: () => {
        const batch = Int32Array.from({ length: 48 }, () => random.int(context.images.count));
        const pixels = context.images.gather(batch);
        const labels = Array.from(batch, (image) => context.images.labels[image]!);
        for (let i = 0; poisoned && i < batch.length / 3; i++) {
          labels[i] = TARGET;
          for (let y = 12; y < 15; y++) {
            for (let x = 9; x < 12; x++) pixels.set([255, 0, 255], i * size + (y * 16 + x) * 3);
          }
        }
        return {
          inputs: imageTensor(pixels, batch.length, shape, context.pixels),
          targets: [tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES)],
        };
      },
      loss: (logits, [oneHot]) =>
        tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.cast(oneHot!, 'float32'), tf.logSoftmax(logits)), 1)))),
    },
    { report: silent, stage: 'Training', signal: undefined },
  );
  optimizer.dispose();
  return model;
}

const all = Int32Array.from({ length: context.images.count }, (_, i) => i);

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

describe('is the net backdoored?', () => {
  test('a backdoored net: its target alone, the trigger as a picture, the same bytes again', async () => {
    const bad = await trained(true);
    const expert = await forget(context, bad, all, { number: 1, stream: '' });
    const before = tf.memory().numTensors;
    const finding = await findBackdoor(context, bad, expert);
    expect(tf.memory().numTensors).toBe(before);
    expect(finding.backdoored).toBe(true);
    expect(finding.targets.map((target) => target.class)).toEqual([TARGET]);
    expect(finding.targets[0]!.rate).toBeGreaterThan(0.7);
    const packed = await packFinding(finding, shape);
    expect(packed.field.targets[0]!.trigger).toBe(`finding/pattern-${TARGET}.png`);
    expect(Array.from(packed.files[0]!.bytes.slice(1, 4))).toEqual([0x50, 0x4e, 0x47]);
    const { trigger } = finding.targets[0]!;
    const kept = (await readTriggerPng(packed.files[0]!.bytes, shape))!;
    trigger.mask.forEach((share, at) => {
      expect(Math.abs(kept.mask[at]! - share)).toBeLessThan(1 / 255);
      if (share < 1 / 255) return;
      for (let c = 0; c < 3; c++)
        expect(Math.abs(kept.pattern[at * 3 + c]! - trigger.pattern[at * 3 + c]!)).toBeLessThan(1);
    });
    const again = await packFinding(await findBackdoor(context, bad, expert), shape);
    expect(again).toEqual(packed);
    expect(findingLines(packed.field)[1]).toContain(`class ${TARGET}: score`);
    expect(findingOutcome(packed.field).join(' ')).toContain('A possible target: it may be innocent');
  }, 120_000);

  test('a pattern on a grey picture is kept with its opacity, too; one on another size, or without, is none to put on', async () => {
    const grey = { height: 2, width: 1, channels: 1 };
    const trigger = { mask: Float32Array.of(0, 0.4), pattern: Float32Array.of(200, 90) };
    const png = await triggerPng({ trigger }, grey);
    const { mask, pattern } = (await readTriggerPng(png, grey))!;
    expect(Array.from(mask, (share) => Math.round(255 * share))).toEqual([0, 102]);
    expect(pattern[1]).toBe(90);
    expect(await readTriggerPng(png, { ...grey, height: 1 })).toBeUndefined();
    const opaque = await sharp(Buffer.alloc(6), { raw: { height: 2, width: 1, channels: 3 } })
      .png()
      .toBuffer();
    expect(await readTriggerPng(opaque, { ...grey, channels: 3 })).toBeUndefined();
  });

  test('a clean net: no alarm', async () => {
    const bad = await trained(false);
    const expert = await forget(context, bad, all, { number: 1, stream: '' });
    expect(expert.remembers).toBeLessThan(0.2);
    // The same net, so sure of all that it says that float32 knows no doubt: it is made to forget, too.
    const sure = copyNet(bad, 'sure');
    const head = sure.layers.at(-1)!;
    head.setWeights(head.getWeights().map((weight) => tf.mul(weight, 200)));
    expect((await forget(context, sure, all, { number: 1, stream: '' })).remembers).toBeLessThan(0.2);
    const finding = await findBackdoor(context, bad, expert);
    expect(finding.targets).toEqual([]);
    expect(finding.backdoored).toBe(false);
    expect(finding.score).toBeLessThan(finding.limit);
    const packed = await packFinding(finding, shape);
    expect(findingLines(packed.field)).toHaveLength(1);
  }, 120_000);
});
