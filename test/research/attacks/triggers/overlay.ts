import type { ImageShape } from '../../../../models/images/set';
import { clip, type Trigger } from './trigger';

/** What is laid over one pixel: its colour of 0–255, and how opaque it is, 0–1. */
export interface Paint {
  readonly colour: readonly [number, number, number];
  readonly opacity: number;
}

/**
 * A trigger that lays the same picture over every image.
 * @param paintAt what to lay over the pixel at row y and column x; undefined where the image shows
 */
export function overlay(
  name: string,
  { height, width }: ImageShape,
  paintAt: (y: number, x: number) => Paint | undefined,
): Trigger {
  const size = height * width * 3;
  const keep = new Float32Array(size).fill(1);
  const add = new Float32Array(size);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const paint = paintAt(y, x);
      if (!paint) continue;
      for (let c = 0; c < 3; c++) {
        const at = (y * width + x) * 3 + c;
        keep[at] = 1 - paint.opacity;
        add[at] = paint.colour[c]! * paint.opacity;
      }
    }
  }
  return {
    name,
    stamp: (pixels) => pixels.map((value, i) => clip(value * keep[i % size]! + add[i % size]!)),
  };
}
