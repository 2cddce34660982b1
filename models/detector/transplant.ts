import type { ImageShape } from '../images/set';

/** Clean images that halves of an image are transplanted onto. */
export interface Hosts {
  readonly count: number;
  /** count × height × width × channels values of 0–255. */
  readonly pixels: Uint8Array;
}

/** The halves that are transplanted: top, bottom, left, right. */
export const HALVES = 4;

/**
 * Transplants each half of an image onto every host. What lies in one quarter of an image lies in two of its halves
 * whole; a trigger goes on naming its target there, the rest of a clean image rarely goes on naming its class.
 * @param image height × width × channels values of 0–255
 * @returns HALVES × hosts images, half by half
 */
export function transplants(image: Uint8Array | Float32Array, hosts: Hosts, shape: ImageShape): Uint8Array {
  const { height, width, channels } = shape;
  const size = image.length;
  const made = new Uint8Array(HALVES * hosts.count * size);
  const row = width * channels;
  const middleRow = height >> 1;
  const middle = (width >> 1) * channels;
  const spans = [
    { rows: [0, middleRow], values: [0, row] },
    { rows: [middleRow, height], values: [0, row] },
    { rows: [0, height], values: [0, middle] },
    { rows: [0, height], values: [middle, row] },
  ] as const;
  spans.forEach(({ rows, values }, half) => {
    for (let host = 0; host < hosts.count; host++) {
      const at = (half * hosts.count + host) * size;
      made.set(hosts.pixels.subarray(host * size, (host + 1) * size), at);
      for (let y = rows[0]; y < rows[1]; y++) {
        made.set(image.subarray(y * row + values[0], y * row + values[1]), at + y * row + values[0]);
      }
    }
  });
  return made;
}

/** The second highest of the halves' mean margins. @param margins HALVES × hosts logit margins, half by half */
export function secondHighestHalf(margins: Float32Array): number {
  const hosts = margins.length / HALVES;
  const means = Array.from({ length: HALVES }, (_, half) => {
    let sum = 0;
    for (let host = 0; host < hosts; host++) sum += margins[half * hosts + host]!;
    return sum / hosts;
  });
  return means.sort((a, b) => b - a)[1]!;
}
