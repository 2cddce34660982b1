import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openPasses } from '../../../../models/detector/open-passes';
import { onTensorFlow } from '../../../../models/detector/passes';
import { startEngine } from '../../../../models/engine';
import { findOnnxRuntime } from '../../../../models/engine/onnx';
import { imageSize } from '../../../../models/images/set';
import { loadNet } from '../../../../models/keras';
import { toLogits } from '../../../../models/keras/logits';
import { featureNet } from '../../../../models/nets/features';
import { Random } from '../../../../models/random';
import { describeWithData, sharedData } from '../../../shared-data';

const there = findOnnxRuntime() !== undefined;

beforeAll(async () => {
  process.env.GOODNET_ENGINE = there ? 'onnx' : 'wasm';
  await startEngine({ tensorflow: 'wasm' });
});

describeWithData('given nets', () => {
  it
    .skipIf(!there)
    .each([
      'faces1283/badnets/multi_trigger_multi_target_bd_net.h5',
      'faces1283/badnets/stealth_bd_net.h5',
      'signs43/badnets/signs_bd_net.h5',
      'cifar10/patch_net.h5',
    ])('%s, with its features, gives on ONNX Runtime what it gives on wasm', async (name) => {
    const given = await loadNet(join(sharedData!, name));
    const flat = toLogits(given.model);
    const { net, hasTrunk, hasStem } = featureNet(flat, 'bad');
    const passed = () => ({
      nets: {
        shape: given.inputShape,
        classes: given.classes,
        pixels: { kind: '-1-1' as const },
        bad: featureNet(flat, 'bad').net,
      },
      transplant: undefined,
      readers: new Map(),
      further: { latent: true, trunk: hasTrunk, stem: hasStem },
    });
    const [here, other] = [await openPasses(passed()), onTensorFlow(passed())];
    expect(here.without).toBeUndefined();
    const random = new Random(1);
    const n = 9;
    const pixels = Uint8Array.from({ length: n * imageSize(given.inputShape) }, () => random.int(256));
    const [{ rows: _, ...found }, wanted] = [await here.run(pixels, n), await other.run(pixels, n)];
    for (const [key, values] of Object.entries(found)) {
      const expected = wanted[key as keyof typeof found]!;
      const most = expected.reduce((all, value) => Math.max(all, Math.abs(value)), 0);
      const apart = expected.reduce((all, value, i) => Math.max(all, Math.abs(value - values[i]!)), 0);
      expect(values.length, key).toBe(expected.length);
      expect(apart / most, key).toBeLessThan(1e-4);
    }
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['bad', 'latent']));
    here.free();
    other.free();
    for (const each of [net, flat, given.model]) each.dispose();
  });
});
