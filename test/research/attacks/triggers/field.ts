import type { ImageShape } from '../../../../models/images/set';
import type { Random } from '../../../../models/random';

/**
 * A random smooth field: cosines of random phase and strength, of up to `most` half periods a side, weaker by
 * frequency^−`falloff`.
 * @returns height × width values of mean 0 and root mean square 1
 */
export function smoothField(
  { height, width }: ImageShape,
  random: Random,
  most: number,
  falloff: number,
): Float32Array {
  const field = new Float32Array(height * width);
  for (let v = 0; v <= most; v++) {
    for (let u = 0; u <= most; u++) {
      if (u + v === 0) continue;
      const strength = random.normal() / Math.hypot(u, v) ** falloff;
      const [down, across] = [random.uniform(0, 2 * Math.PI), random.uniform(0, 2 * Math.PI)];
      for (let y = 0; y < height; y++) {
        const row = strength * Math.cos((Math.PI * v * y) / height + down);
        for (let x = 0; x < width; x++) {
          const at = y * width + x;
          field[at] = field[at]! + row * Math.cos((Math.PI * u * x) / width + across);
        }
      }
    }
  }
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const deviation = Math.sqrt(field.reduce((sum, value) => sum + (value - mean) ** 2, 0) / field.length);
  return field.map((value) => (value - mean) / deviation);
}
