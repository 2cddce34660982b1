import { describe, expect, test } from 'vitest';
import { AdversarialTriggers } from '../../../../build-repair/repair/unlearn/adversarial-triggers';
import { HardPaintings } from '../../../../build-repair/repair/unlearn/hard-paintings';
import { holdOut } from '../../../../build-repair/repair/unlearn/hold-out';
import { TriggerPainter } from '../../../../build-repair/repair/unlearn/painter';
import { shape, size } from '../striped-images';

const grey = () => new Float32Array(size).fill(100);

describe('painting', () => {
  const painter = new TriggerPainter(shape);
  const painted = (recipe: number) => {
    const image = grey();
    painter.paint(recipe, image, new Float32Array(size).fill(200));
    return image;
  };

  test('paints alike by the same recipe, and otherwise by others; values stay in 0–255', () => {
    expect(painted(7)).toEqual(painted(7));
    const kinds = new Set(Array.from({ length: 40 }, (_, recipe) => painted(recipe).join()));
    expect(kinds.size).toBeGreaterThan(38);
    for (let recipe = 0; recipe < 40; recipe++) {
      expect(painted(recipe).every((value) => value >= 0 && value <= 255)).toBe(true);
    }
  });

  test('hides a part or changes the whole', () => {
    const shares = Array.from(
      { length: 200 },
      (_, recipe) => painted(recipe).filter((value) => value !== 100).length / size,
    );
    expect(shares.filter((share) => share > 0 && share < 0.3).length).toBeGreaterThan(60);
    expect(shares.filter((share) => share > 0.9).length).toBeGreaterThan(40);
  });
});

test('paintings that turned the net are painted again, until they turn it no more', () => {
  const hard = new HardPaintings(1, 'test');
  const known = Array.from({ length: 400 }, (_, i) => i);
  hard.note(
    known,
    known.map((painting) => (painting < 200 ? 5 : 0.1)),
  );
  const drawn = Array.from({ length: 2000 }, () => hard.next());
  const again = drawn.filter((painting) => painting < 400);
  expect(again.length).toBeGreaterThan(850);
  expect(again.length).toBeLessThan(1150);
  expect(again.every((painting) => painting < 200)).toBe(true);
  for (let i = 0; i < 20; i++) {
    hard.note(
      known.slice(200),
      known.slice(200).map(() => 3),
    );
    hard.note(
      known.slice(0, 200),
      known.slice(0, 200).map(() => 0),
    );
  }
  expect(Array.from({ length: 200 }, () => hard.next()).filter((painting) => painting < 200)).toEqual([]);
});

test('adversarial triggers climb the loss, and are the same on every picture that meets them', () => {
  const triggers = new AdversarialTriggers(shape, new TriggerPainter(shape), [], 1, 'test');
  // A loss that is the mean of all values: what climbs it makes pictures lighter.
  const n = 16;
  const lightness: number[] = [];
  for (let step = 0; step < 120; step++) {
    const pixels = new Float32Array(n * size).fill(100);
    triggers.stamp(pixels);
    expect(pixels.subarray(0, size)).toEqual(pixels.subarray(8 * size, 9 * size));
    lightness.push(pixels.reduce((sum, value) => sum + value, 0) / pixels.length);
    triggers.learn(new Float32Array(n * size).fill(1 / pixels.length));
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(lightness.slice(40))).toBeGreaterThan(mean(lightness.slice(0, 8)) + 1);
});

test('known triggers are among them, as they were recovered', () => {
  const pixel = Float32Array.from({ length: size / 3 }, (_, i) => (i === 5 ? 1 : 0));
  const known = [{ mask: pixel, pattern: new Float32Array(size).fill(255) }];
  const triggers = new AdversarialTriggers(shape, new TriggerPainter(shape), known, 1, 'test');
  const pixels = new Float32Array(8 * size).fill(0);
  triggers.stamp(pixels);
  const alone = Array.from({ length: 8 }, (_, i) => pixels.subarray(i * size, (i + 1) * size)).filter(
    (image) => image[15] === 255 && image.filter((value) => value > 0).length === 3,
  );
  expect(alone.length).toBeGreaterThan(0);
});

describe('images that are held out', () => {
  test('are a tenth, none of them the last of its class', () => {
    const labels = Int32Array.from({ length: 300 }, (_, i) => (i < 290 ? i % 29 : 30 + i));
    const { fit, held } = holdOut({ labels, groups: undefined, count: 300 }, 1);
    expect(held).toHaveLength(30);
    expect(new Set([...fit, ...held]).size).toBe(300);
    expect(new Set(fit.map((image) => labels[image]!)).size).toBe(new Set(labels).size);
  });

  test('are whole groups', () => {
    const labels = Int32Array.from({ length: 200 }, (_, i) => i % 2);
    const groups = Array.from(labels, (_, i) => `sign ${Math.floor(i / 2) % 25}`);
    const { fit, held } = holdOut({ labels, groups, count: 200 }, 1);
    expect(held.length).toBeGreaterThan(0);
    const known = new Set(fit.map((image) => Number(groups[image]!.split(' ')[1])));
    for (const image of held) expect(known.has(Number(groups[image]!.split(' ')[1]))).toBe(false);
  });

  test('are none where each class has one image', () => {
    const labels = Int32Array.from({ length: 50 }, (_, i) => i);
    expect(holdOut({ labels, groups: undefined, count: 50 }, 1).held).toHaveLength(0);
  });
});
