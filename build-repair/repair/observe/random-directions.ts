import { Random } from '../../../models/random';

/**
 * A projection that keeps about the same distances and angles (Johnson and Lindenstrauss 1984).
 * @param name tells its random numbers from those of others
 * @returns size × dimensions
 */
export function randomDirections(seed: number, name: string, size: number, dimensions: number): Float32Array {
  const random = new Random(seed, `directions ${name}`);
  const length = 1 / Math.sqrt(size);
  return Float32Array.from({ length: size * dimensions }, () => random.normal() * length);
}
