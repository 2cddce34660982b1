import type { Box } from '../../../models/verdict';
import type { Mask } from './masks';

/** How well a box fits a trigger's true pixels. */
export interface Overlap {
  /** Intersection over union of the box and the smallest box around the trigger, 0–1. */
  readonly iou: number;
  /** Share of the trigger's pixels that are in the box, 0–1. */
  readonly covered: number;
  /** Whether the box's centre is within the smallest box around the trigger. */
  readonly hits: boolean;
}

/** @param width of the picture, in pixels */
export function overlapOf(box: Box, mask: Mask, width: number): Overlap {
  const pixels = [...mask.keys()]
    .filter((at) => mask[at])
    .map((at) => ({ x: at % width, y: Math.floor(at / width) }));
  const around = boxAround(pixels);
  const shared =
    Math.max(0, Math.min(box.x + box.width, around.x + around.width) - Math.max(box.x, around.x)) *
    Math.max(0, Math.min(box.y + box.height, around.y + around.height) - Math.max(box.y, around.y));
  const [x, y] = [box.x + (box.width - 1) / 2, box.y + (box.height - 1) / 2];
  return {
    iou: shared / (box.width * box.height + around.width * around.height - shared),
    covered: pixels.filter((each) => isIn(each, box)).length / pixels.length,
    hits: isIn({ x, y }, around),
  };
}

function isIn({ x, y }: { x: number; y: number }, box: Box): boolean {
  return x >= box.x && y >= box.y && x <= box.x + box.width - 1 && y <= box.y + box.height - 1;
}

function boxAround(pixels: readonly { x: number; y: number }[]): Box {
  const [xs, ys] = [pixels.map(({ x }) => x), pixels.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 };
}
