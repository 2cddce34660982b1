import { describe, expect, it } from 'vitest';
import { summarise } from '../../../models/detector/summaries';
import { Random } from '../../../models/random';

const floats = (...values: number[]) => Float32Array.from(values);
const length = (values: Float32Array) => Math.hypot(...values);
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (length(a) * length(b));

/** One image of these features. */
const one = (latent: Float32Array, logits = floats(1, 2)) => summarise({ logits, latent }, 1)[0]!;

describe('the summary of an image', () => {
  it('is of its own rows', () => {
    const stem = { channels: 1, values: floats(1, 3, 5, 5) };
    const [first, second] = summarise(
      { logits: floats(1, 2, 4, 3), latent: floats(3, 4, 0, -2), trunk: floats(0, 1, 1, 0), stem },
      2,
    );
    expect(first!.latent).toEqual(floats(0.6, 0.8));
    expect(second!.latent).toEqual(floats(0, -1));
    expect([first!.trunk, second!.trunk]).toEqual([floats(0, 1), floats(1, 0)]);
    expect([first!.look, second!.look]).toEqual([floats(2, 1), floats(5, 0)]);
    expect([...first!.likeliest].sort()).toEqual([0, 1]);
  });

  it('goes without what the net does not have', () => {
    expect(one(floats(1))).toMatchObject({ trunk: undefined, look: undefined });
  });

  it('has the mean of each channel, then the deviation of each', () => {
    // Channel 0: 1, 5; channel 1: 10, 16, of two places.
    const stem = { channels: 2, values: floats(1, 10, 5, 16) };
    const [image] = summarise({ logits: floats(1), latent: floats(1), stem }, 1);
    expect(image!.look).toEqual(floats(3, 13, 2, 3));
    // Rounding makes no root of what is below 0.
    const same = { channels: 1, values: new Float32Array(7).fill(0.1) };
    const [flat] = summarise({ logits: floats(1), latent: floats(1), stem: same }, 1);
    expect(flat!.look![1]).toBeGreaterThanOrEqual(0);
    expect(flat!.look![1]).toBeLessThan(1e-6);
  });

  it('names the 32 classes of the highest logits', () => {
    const random = new Random(3);
    for (const start of [() => random.normal(), (i: number) => i, (i: number) => -i]) {
      const logits = Float32Array.from({ length: 100 }, (_, i) => start(i));
      const byLogit = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
      const { likeliest } = one(floats(1), logits);
      expect([...likeliest].sort((a, b) => a - b)).toEqual(byLogit.slice(0, 32).sort((a, b) => a - b));
    }
  });

  it('leaves features of nothing as they are, and no number is none', () => {
    expect(one(floats(0, 0)).latent).toEqual(floats(0, 0));
    expect(one(Float32Array.from({ length: 256 }, (_, i) => i)).latent.length).toBe(256);
    expect(one(new Float32Array(300)).latent).toEqual(new Float32Array(256));
  });

  it('folds many features to 256, with about the same angles between them', () => {
    const random = new Random(4);
    const drawn = () => Float32Array.from({ length: 4000 }, () => random.normal());
    const [a, noise] = [drawn(), drawn()];
    for (const share of [0, 0.5, 1, 2]) {
      const b = a.map((value, i) => value + share * noise[i]!);
      const [foldedA, foldedB] = [one(a).latent, one(b).latent];
      expect([foldedA.length, foldedB.length]).toEqual([256, 256]);
      expect(length(foldedA)).toBeCloseTo(1, 5);
      expect(Math.abs(cosine(foldedA, foldedB) - cosine(a, b))).toBeLessThan(0.15);
    }
    // A feature that is the same everywhere does not add up: signs are drawn.
    const sum = one(new Float32Array(4000).fill(1)).latent.reduce((total, value) => total + value, 0);
    expect(Math.abs(sum)).toBeLessThan(8);
    expect(cosine(one(new Float32Array(4000).fill(1)).latent, one(a).latent)).toBeLessThan(0.3);
  });

  it('folds by the same signs everywhere, every feature into the value that it comes to lie on', () => {
    const at = (feature: number) => {
      const values = new Float32Array(600);
      values[feature] = 5;
      return one(values).latent;
    };
    for (const feature of [0, 255, 256, 511, 512, 599]) {
      const found = at(feature);
      expect(Math.abs(found[feature % 256]!)).toBe(1);
      expect(found.filter((value) => value !== 0).length).toBe(1);
      expect(at(feature)).toEqual(found);
    }
    // Bundles hold what was folded: other signs would make them useless.
    const signs = [0, 1, 2, 3, 256, 257, 258, 512, 513, 599].map((feature) => at(feature)[feature % 256]);
    const random = new Random(0, 'signs');
    const expected = Array.from({ length: 600 }, () => (random.int(2) === 0 ? -1 : 1));
    expect(signs).toEqual([0, 1, 2, 3, 256, 257, 258, 512, 513, 599].map((feature) => expected[feature]));
    expect(new Set(expected)).toEqual(new Set([-1, 1]));
  });
});
