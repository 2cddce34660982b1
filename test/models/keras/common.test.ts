import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { UsageError } from '../../../models/errors';
import { inspectNet, loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import {
  answered,
  answers,
  fixture,
  freed,
  largestDifference,
  OPEN,
  optionsOf,
  savedAndLoaded,
  testImages,
} from './nets';

const files = answered('common2', 'common3');

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe.each(files)('$file', ({ file, expected }) => {
  const one = expected[0]!.length === 1;
  const scores = file.includes('sigmoids');
  /** What Keras answered, as the net read answers. */
  const wanted = one ? expected.flatMap(([p]) => [1 - p!, p!]) : expected.flat();

  it('answers as Keras does, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const net = await loadNet(fixture(file), optionsOf(file));
    const images = testImages(net.inputShape);
    const given = answers(net.model, images);
    const same = scores ? given.map((z) => 1 / (1 + Math.exp(-z))) : given;
    expect(largestDifference(same, wanted)).toBeLessThan(1e-5);
    expect(net.classes).toBe(one ? 2 : expected[0]!.length);
    expect(net.output).toBe(scores ? 'logits' : 'softmax');
    const logits = toLogits(net.model);
    const again = await savedAndLoaded(logits);
    expect(largestDifference(answers(again, images), answers(logits, images))).toBe(0);
    freed(again);
    for (const each of [logits, net.model, images]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be repaired, as inspect says', async () => {
    const before = tf.memory().numTensors;
    const told = await inspectNet(fixture(file), optionsOf(file));
    expect(told).toMatchObject({ problems: [], classes: one ? 2 : expected[0]!.length });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what is assumed is told', () => {
  it.each([
    ['common2/binary.h5', [/no channels: it is read as grey/, /one sigmoid: it is read as two classes/]],
    ['common2/binary_after.keras', [/one sigmoid: it is read as two classes/]],
    ['common2/sigmoids.keras', [/no channels/, /4 sigmoids.*classes' scores/]],
    ['common3/channels_first.keras', [/\(None, 3, 10, 9\) lies channels first/]],
    ['common3/two_inputs.h5', []],
  ])('%s', async (file, notes) => {
    const net = await loadNet(fixture(file));
    expect(net.notes).toEqual(notes.map((note) => expect.stringMatching(note)));
    expect((await inspectNet(fixture(file))).notes).toEqual(net.notes);
    net.model.dispose();
  });
});

describe('a net that takes images of any size', () => {
  const file = fixture('common2/open_size.keras');

  it('is refused without one, and names the flag', async () => {
    const error = await loadNet(file).catch((thrown) => thrown);
    expect(error.message).toMatch(/\(None, None, None, 3\), of no fixed height and width/);
    expect(error.hint).toContain('--input-size 224');
    expect((await inspectNet(file)).problems).toEqual([expect.stringContaining('--input-size')]);
  });

  it('takes the size that is given', async () => {
    const net = await loadNet(file, { inputSize: OPEN });
    expect(net.inputShape).toEqual({ ...OPEN, channels: 3 });
    net.model.dispose();
  });

  it('a size is for such nets alone', async () => {
    const grey = fixture('common2/binary.h5');
    const error = await loadNet(grey, { inputSize: OPEN }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toContain('Leave --input-size out');
    const net = await loadNet(grey, { inputSize: { height: 12, width: 10 } });
    net.model.dispose();
  });
});
