import type { RepairContext } from '../../../build-repair/context';
import { silent } from '../../../build-repair/progress';
import { Random } from '../../../models/random';

/** Of the images that branchedNet takes (test/small-nets.ts). */
export const shape = { height: 20, width: 16, channels: 3 };
export const size = 20 * 16 * 3;
export const classes = 5;

/** Smooth stripes, of a direction and a colour for each class. */
export function stripes(n: number, seed: number): { pixels: Float32Array; labels: Int32Array } {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const pixels = new Float32Array(n * size);
  labels.forEach((label, image) => {
    const [phase, light] = [random.uniform(0, 6), random.uniform(60, 90)];
    for (let i = 0; i < size; i++) {
      const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3];
      const wave = Math.sin(phase + (x * Math.cos(label) + y * Math.sin(label)) / 2);
      pixels[image * size + i] = 128 + light * wave * (c === label % 3 ? 1 : 0.6) + 4 * random.normal();
    }
  });
  return { pixels, labels };
}

/** What a repair on such images works with. */
export function contextOf({ pixels, labels }: ReturnType<typeof stripes>) {
  return {
    images: {
      shape,
      count: labels.length,
      labels,
      groups: undefined,
      gather: (indices: ArrayLike<number>) =>
        Float32Array.from({ length: indices.length * size }, (_, i) => {
          return pixels[indices[Math.floor(i / size)]! * size + (i % size)]!;
        }),
    } as unknown as RepairContext['images'],
    shape,
    pixels: { kind: '0-1' },
    classes,
    seed: 1,
    progress: silent,
    signal: undefined,
  } satisfies RepairContext;
}

/** The numbers from one up to, not including, another. */
export function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
