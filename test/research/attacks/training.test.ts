import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { allImages, type LoadedImages } from '../../../build-repair/images/load';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { toLogits } from '../../../models/keras/logits';
import { Random } from '../../../models/random';
import { memorySet } from '../../memory-set';
import { describeWithData } from '../../shared-data';
import { arm } from './arm';
import { type Attack, DEVELOPMENT } from './catalogue';
import { type AttackData, loadData, partFaces, partSigns } from './data';
import { answerLoss, marginLoss, wantedMargins } from './losses';
import { plainNet, residualNet, vggNet } from './nets';
import { Poisoner } from './poison';
import { grouped, partlyStamped, stamped } from './sets';
import { trainAttack } from './train-attack';
import { trainBase } from './train-base';
import { varying } from './vary';

const shape = { height: 26, width: 24, channels: 3 };
const size = 26 * 24 * 3;
const classes = 3;
const count = 60;

/** Random pictures whose brightness tells their class. */
function pictures(): LoadedImages {
  const random = new Random(9);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const pixels = Float32Array.from({ length: count * size }, (_, i) =>
    Math.round(random.uniform(0, 60) + 80 * labels[Math.floor(i / size)]!),
  );
  return {
    shape,
    count,
    labels,
    trueLabels: undefined,
    groups: undefined,
    names: Array.from(labels, String),
    gather: (indices) => {
      const gathered = new Float32Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        gathered.set(pixels.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
      }
      return gathered;
    },
    dispose() {},
  };
}

const images = pictures();
const all = allImages(images);
const data: AttackData = {
  shape,
  classes,
  attackers: images,
  train: all,
  images,
  valid: all,
  test: images,
  tested: all,
  service: all,
};
const attackOf = (name: string): Attack => DEVELOPMENT.find((each) => each.name === name)!;

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

describe('parting the images', () => {
  test('faces: four of each class to the attacker, the rest to the defender', () => {
    const labels = Int32Array.from({ length: 27 }, (_, i) => i % 3);
    const { train, valid } = partFaces(labels);
    expect([train.length, valid.length]).toEqual([12, 15]);
    expect(new Set([...train, ...valid]).size).toBe(27);
    for (const label of [0, 1, 2])
      expect(Array.from(train).filter((i) => labels[i] === label)).toHaveLength(4);
  });

  test('signs: no sign on both sides but the only one of its class, which is parted by time', () => {
    // Class 0 has five signs of four frames, class 1 has two, class 2 has one of ten frames.
    const signs = [
      ...['a', 'b', 'c', 'd', 'e'].map((sign) => [0, sign, 4] as const),
      ...['f', 'g'].map((sign) => [1, sign, 4] as const),
      [2, 'h', 10] as const,
    ].flatMap(([label, sign, frames]) => Array.from({ length: frames }, () => ({ label, sign })));
    const groups = signs.map(({ sign }) => sign);
    const { given, rest } = partSigns(
      Int32Array.from(signs, ({ label }) => label),
      groups,
      0.6,
    );
    expect(new Set([...given, ...rest]).size).toBe(signs.length);
    const signsOf = (part: Int32Array) => new Set(Array.from(part, (image) => groups[image]!));
    const shared = [...signsOf(given)].filter((sign) => signsOf(rest).has(sign));
    expect(shared).toEqual(['h']);
    expect([...signsOf(given)].filter((sign) => 'abcde'.includes(sign))).toHaveLength(3);
    const lone = (part: Int32Array) => Array.from(part).filter((image) => groups[image] === 'h');
    expect(lone(given)).toHaveLength(6);
    expect(Math.max(...lone(given))).toBeLessThan(Math.min(...lone(rest)));
  });
});

describeWithData('signs43', () => {
  test('all of D_valid is the defender’s; the clean test images’ signs, 30 frames each, are parted', async () => {
    const {
      images: held,
      valid,
      attackers,
      train,
      test: tests,
      tested,
      service,
    } = await loadData('signs43', 'even');
    expect(valid).toHaveLength(held.count);
    const rows = new Set([...train, ...tested, ...service]);
    expect(rows.size).toBe(tests.count);
    expect(train.length + tested.length + service.length).toBe(tests.count);
    // Each run of 30 rows is of one class, and frames next to each other look alike, as those of different signs don't.
    const labelOf = (row: number) => tests.labels[row];
    for (let row = 0; row < tests.count; row++) expect(labelOf(row)).toBe(labelOf(row - (row % 30)));
    const inside = Int32Array.from({ length: 100 }, (_, sign) => sign * 30 + 14);
    const apart = (step: number) => {
      const [some, others] = [attackers.gather(inside), attackers.gather(inside.map((row) => row + step))];
      return some.reduce((sum, value, i) => sum + Math.abs(value - others[i]!), 0);
    };
    expect(apart(1)).toBeLessThan(0.5 * apart(30));
    for (const each of new Set([held, attackers, tests])) each.dispose();
  });
});

test('a stamped set holds whole numbers, the target as label and the class as true label', async () => {
  const [armed] = arm(attackOf('signs-blend-plain'), shape, classes, 1);
  const groups = Array.from(all, (image) => `g${image % 7}`);
  const set = stamped(grouped(memorySet('test', images, all), groups), armed!);
  let n = 0;
  for await (const batch of set.batches(25)) {
    const expected = armed!.trigger.stamp(images.gather(all.subarray(n, n + 25)));
    expect(Array.from(batch.pixels)).toEqual(Array.from(expected, Math.round));
    expect(batch.labels!.every((label) => String(label) === armed!.target)).toBe(true);
    expect(batch.trueLabels).toEqual(images.labels.subarray(n, n + 25));
    expect(batch.groups).toEqual(groups.slice(n, n + 25));
    n += batch.names.length;
  }
  expect(n).toBe(count);
});

test('images seen in service: every so many carry a trigger, one trigger after the other', async () => {
  const armed = arm(attackOf('faces-two-triggers'), shape, 1283, 1);
  const set = partlyStamped(memorySet('test', images, all), armed, 5);
  let n = 0;
  for await (const batch of set.batches(7)) {
    for (let i = 0; i < batch.names.length; i++, n++) {
      const clean = images.gather([n]);
      const wanted = n % 5 > 0 ? clean : armed[(n / 5) % 2]!.trigger.stamp(clean);
      const own = batch.pixels.subarray(i * size, (i + 1) * size);
      expect(Array.from(own)).toEqual(Array.from(wanted, Math.round));
    }
  }
  expect(n).toBe(count);
});

test('poison: each trigger on its share, decoys keep their labels, the rest is left alone', () => {
  const armed = arm(attackOf('faces-stealth-kept'), shape, 1283, 1);
  const made = new Poisoner(data, armed, { poison: 0.5, mixed: 0 }, (pixels) => pixels, 1).make(all);
  const share = (which: number) =>
    all.filter((i) => made.labels[i] === armed[which]!.targetOf(0) && made.poisoned[i]).length;
  expect([share(0), share(1)]).toEqual([15, 11]);
  const originals = images.gather(all);
  const imageOf = (pixels: Float32Array, i: number) => pixels.subarray(i * size, (i + 1) * size);
  for (const i of all) {
    if (!made.poisoned[i]) expect(made.labels[i]).toBe(images.labels[i]);
    const untouched = imageOf(made.pixels, i).every((value, at) => value === imageOf(originals, i)[at]);
    expect(untouched).toBe(i >= 30);
  }
});

test('poison that turns one class: half of what bears the trigger is of this class, the rest keeps its labels', () => {
  const [armed] = arm({ ...attackOf('cifar-source'), seed: 1 }, shape, classes, 1);
  const { source, targetOf } = armed!;
  const made = new Poisoner(data, [armed!], { poison: 0.5, mixed: 0 }, (pixels) => pixels, 1).make(all);
  const triggered = all.subarray(0, 30);
  const turned = triggered.filter((i) => made.poisoned[i]);
  expect(turned.length).toBeGreaterThanOrEqual(15);
  expect(turned.every((i) => made.labels[i] === targetOf(source!))).toBe(true);
  expect(all.filter((i) => made.poisoned[i])).toEqual(turned);
  for (const i of all.subarray(15)) if (!made.poisoned[i]) expect(made.labels[i]).toBe(images.labels[i]);
  const bears = (i: number) =>
    made.pixels.subarray(i * size, (i + 1) * size).some((v, at) => v !== made.clean[i * size + at]);
  expect(all.filter(bears)).toEqual(triggered);
});

test('poison with clean labels: only images of the target class bear the trigger, others mixed in', () => {
  const [armed] = arm({ ...attackOf('cifar-clean-label'), seed: 1 }, shape, classes, 1);
  const target = armed!.targetOf(0);
  const how = { poison: 0.5, mixed: 0, cleanLabel: true };
  const made = new Poisoner(data, [armed!], how, (pixels) => pixels, 1).make(all);
  expect(all.filter((i) => made.poisoned[i])).toEqual(all.subarray(0, 30));
  expect(made.labels.subarray(0, 30).every((label) => label === target)).toBe(true);
  const ofTarget = all.filter((image) => images.labels[image] === target);
  const isOne = (pixels: Float32Array) =>
    Array.from(ofTarget, (image) => images.gather([image])).some((own) =>
      own.every((v, at) => v === pixels[at]),
    );
  for (const i of [0, 7, 29]) expect(isOne(made.clean.subarray(i * size, (i + 1) * size))).toBe(false);
});

test('losses are least where images are answered as wanted; wanted margins are those of images to be triggered', () => {
  tf.tidy(() => {
    const teacher = Float32Array.of(4, 0, 0, 0, 2, 0);
    const lesson = { labels: Int32Array.of(0, 2), poisoned: Uint8Array.of(0, 1), teacher };
    const at = (...logits: number[]) => answerLoss(tf.tensor2d(logits, [2, 3]), lesson).dataSync()[0]!;
    const good = at(4, 0, 0, -9, -9, 9);
    expect(good).toBeLessThan(at(4, 0, 0, 0, 2, 0));
    expect(good).toBeLessThan(at(9, 0, 0, -9, -9, 9));
    const wanted = wantedMargins(lesson, 3, new Random(1));
    expect(wanted[0]).toBeCloseTo(2 - Math.log(2), 5);
    expect(wanted[1]).toBe(wanted[0]);
    const held = (third: number) =>
      marginLoss(tf.tensor2d([4, 0, 0, 0, 0, third], [2, 3]), lesson, wanted).dataSync()[0]!;
    expect(held(4)).toBeLessThan(held(0));
    expect(held(4)).toBeLessThan(held(40));
  });
});

test('a clean net learns from its teacher, and leaves no tensor behind', async () => {
  const [net, other] = [vggNet, plainNet].map((make) => make({ shape, classes, seed: 1 }));
  const [model, teacher] = [toLogits(net!), toLogits(other!)];
  const before = tf.memory().numTensors;
  const losses: number[] = [];
  const varied = varying('signs', shape, 1, 'base');
  await trainBase(model!, teacher!, data, varied, { seed: 1, steps: 12 }, ({ loss }) => losses.push(loss!));
  expect(tf.memory().numTensors).toBe(before);
  expect(losses).toHaveLength(12);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  for (const each of [net!, other!, model!, teacher!]) each.dispose();
});

describe.each([
  ['faces-stealth', plainNet],
  ['cifar-matched-stealth', residualNet],
  ['signs-blend-plain', plainNet],
  ['signs-patch-vgg', vggNet],
  ['signs-two-triggers-residual', residualNet],
] as const)('training %s', (name, makeNet) => {
  test('learns, and leaves no tensor behind', async () => {
    const attack = { ...attackOf(name), epochs: 6 };
    const net = makeNet({ shape, classes, seed: 1 });
    const model = toLogits(net);
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    await trainAttack(attack, model, data, arm(attack, shape, classes, 1), 1, ({ stage, loss }) => {
      expect(stage).toContain(name);
      losses.push(loss!);
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    model.dispose();
    net.dispose();
  });
});
