import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoadedImages, loadImages } from '../../../../build-repair/images/load';
import { openImages } from '../../../../build-repair/images/open-images';
import { silent } from '../../../../build-repair/progress';
import { firstOfBest, isBeyondChance } from '../../../../build-repair/repair/choose/beyond-chance';
import { choosePixels, ordersInWords, triedInWords } from '../../../../build-repair/repair/choose/pixels';
import { imageTensor } from '../../../../models/detector/run';
import { startEngine } from '../../../../models/engine';
import { loadNet } from '../../../../models/keras';
import { toLogits } from '../../../../models/keras/logits';
import { describePixels, parsePixels } from '../../../../models/pixels';
import { describeWithCases, ofCase } from '../../../shared-cases';

beforeAll(async () => {
  await startEngine();
});

const shape = { height: 2, width: 2, channels: 3 };

/** Plain red, green and blue images of these labels. */
function plain(labels: readonly number[]): LoadedImages {
  const count = 30;
  const all = Int32Array.from({ length: count }, (_, i) => labels[i % 3]!);
  const pixelsOf = (image: number) => Array.from({ length: 12 }, (_, i) => (i % 3 === image % 3 ? 200 : 30));
  return {
    shape,
    count,
    labels: all,
    trueLabels: undefined,
    groups: undefined,
    names: [],
    gather: (indices) => Float32Array.from(Array.from(indices).flatMap(pixelsOf)),
    dispose() {},
  };
}

/** Names the channel that is the brightest. */
function brightest(): layers.LayersModel {
  const net = layers.sequential();
  net.add(layers.layers.globalAveragePooling2d({ inputShape: [2, 2, 3] }));
  net.add(
    layers.layers.dense({ units: 3, useBias: false, kernelInitializer: layers.initializers.identity({}) }),
  );
  return net;
}

const context = (images: LoadedImages) => ({
  images,
  shape: images.shape,
  classes: 3,
  seed: 1,
  progress: silent,
  signal: undefined,
});

describe('the order of colours', () => {
  test('is blue first only where that does clearly better', async () => {
    const net = brightest();
    for (const [labels, order] of [
      [[0, 1, 2], undefined],
      [[2, 1, 0], 'bgr'],
    ] as const) {
      const images = plain(labels);
      const given = [{ name: 'by number', labels: images.labels }];
      const chosen = await choosePixels(context(images), net, undefined, given);
      expect(chosen.pixels.order).toBe(order);
      expect(chosen.accuracy).toBe(1);
      const told = await choosePixels(context(images), net, parsePixels('0-255'), given);
      expect(told.accuracy).toBe(order ? 1 / 3 : 1);
    }
    net.dispose();
  });

  test('is what the net is given, each colour by its own mean', () => {
    const input = imageTensor(
      Uint8Array.of(10, 20, 30),
      1,
      { height: 1, width: 1, channels: 3 },
      parsePixels('caffe'),
    );
    const values = input.dataSync();
    [30 - 103.939, 20 - 116.779, 10 - 123.68].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 3);
    });
    const imagenet = imageTensor(
      Uint8Array.of(10, 20, 30),
      1,
      { height: 1, width: 1, channels: 3 },
      parsePixels('bgr-imagenet'),
    );
    expect(imagenet.dataSync()[0]).toBeCloseTo((30 / 255 - 0.406) / 0.225, 4);
    tf.dispose([input, imagenet]);
  });
});

describe('what does better by chance alone', () => {
  /** Right about all of 80 but these. */
  const wrongAbout = (...images: number[]) =>
    Uint8Array.from({ length: 80 }, (_, i) => Number(!images.includes(i)));

  test('is told from what does better', () => {
    const all = wrongAbout();
    expect(isBeyondChance(all, all)).toBe(false);
    expect(isBeyondChance(all, wrongAbout(3))).toBe(false);
    expect(isBeyondChance(all, wrongAbout(3, 4, 5))).toBe(false);
    expect(isBeyondChance(all, wrongAbout(3, 4, 5, 6))).toBe(true);
    expect(isBeyondChance(wrongAbout(7, 8), wrongAbout(3, 4, 5, 6, 9))).toBe(false);
    expect(isBeyondChance(wrongAbout(3, 4, 5, 6), all)).toBe(false);
  });

  test('is not taken before what is likelier', () => {
    const [first, near, best, far] = [
      wrongAbout(1, 2),
      wrongAbout(1),
      wrongAbout(),
      wrongAbout(1, 2, 3, 4, 5),
    ];
    const of = (...right: Uint8Array[]) => firstOfBest(right.map((each) => ({ right: each }))).right;
    expect(of(first, near, best)).toBe(first);
    expect(of(far, near, best)).toBe(near);
    expect(of(far, best)).toBe(best);
  });
});

describeWithCases('wasm-conv-same-stride-beyond-kernel: few images of a net of 0–1', () => {
  test('pixels of 0–1 are not taken for 0–255 because of one image of 80', async () => {
    const net = await loadNet(ofCase('wasm-conv-same-stride-beyond-kernel/trained.keras'));
    const set = await openImages(ofCase('_shared/clean12.h5'), { shape: net.inputShape, classes: 12 });
    const images = await loadImages(set);
    const flat = toLogits(net.model);
    for (let from = 0; from < 6; from++) {
      const some = Int32Array.from({ length: 80 }, (_, i) => 6 * i + from);
      const few: LoadedImages = {
        ...images,
        count: some.length,
        labels: some.map((image) => images.labels[image]!),
        gather: (indices) => images.gather(Int32Array.from(indices, (i) => some[i]!)),
      };
      const orders = [{ name: 'by number', labels: few.labels }];
      const chosen = await choosePixels({ ...context(few), classes: 12 }, flat, undefined, orders);
      expect(describePixels(chosen.pixels), `from ${from}`).toBe('0-1');
    }
    set.close();
  });
});

describeWithCases('_shared: a net of 0–1', () => {
  test('the scaling of pixels is found by clean images, blue first, too', async () => {
    const net = await loadNet(ofCase('_shared/unit12.h5'));
    const set = await openImages(ofCase('_shared/clean12.h5'), { shape: net.inputShape, classes: 12 });
    const images = await loadImages(set);
    const flat = toLogits(net.model);
    const swapped: LoadedImages = {
      ...images,
      gather(indices) {
        const values = images.gather(indices);
        for (let i = 0; i < values.length; i += 3) values.subarray(i, i + 3).reverse();
        return values;
      },
    };
    const orders = [{ name: 'by number', labels: images.labels }];
    const before = tf.memory().numTensors;
    for (const [shown, name] of [
      [images, '0-1'],
      [swapped, 'bgr-0-1'],
    ] as const) {
      const chosen = await choosePixels({ ...context(shown), classes: 12 }, flat, undefined, orders);
      expect(describePixels(chosen.pixels)).toBe(name);
      expect(chosen.accuracy).toBeGreaterThan(0.94);
    }
    expect(tf.memory().numTensors).toBe(before);
    set.close();
  });
});

test('orders are told under the scaling that was taken, as it is told itself', () => {
  const labels = Int32Array.of(0);
  const [number, name] = [
    { name: 'by number', labels },
    { name: 'by name', labels },
  ];
  const [unit, whole] = [{ kind: '0-1' }, { kind: '0-255' }] as const;
  const way = (pixels: typeof unit | typeof whole, order: typeof number, accuracy: number) => ({
    ...{ pixels, order, accuracy, predicted: labels },
    right: Uint8Array.of(1),
  });
  const tried = [
    way(unit, number!, 0.51),
    way(whole, number!, 0.512),
    way(unit, name!, 0.1),
    way(whole, name!, 0.2),
  ];
  expect(ordersInWords({ pixels: unit, tried }, [number!, name!])).toBe('by number 51.0 %, by name 10.0 %');
  expect(triedInWords({ tried, order: number! })).toBe('0-1: 51.0 %, 0-255: 51.2 %');
});
