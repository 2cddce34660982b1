import type { Box } from '../../verdict';

type Size = Pick<Box, 'width' | 'height'>;

/** Windows that are tried together, all of about one area. */
interface Level {
  /** Share of a side that a window takes. */
  readonly share: number;
  /** Places of it along a side. */
  readonly places: number;
  /** Both sides by that share, or a band: the other side whole. */
  readonly kind: 'window' | 'band';
}

/**
 * What is filled, the smallest first: windows of these shares of both sides, bands across the whole picture, each overlapping the next by half or more.
 * Origin: chosen by hand, on the images that locate.ts names: without bands sunglasses are not told; beside more than half of the picture too little is left to
 * count.
 */
const LEVELS: readonly Level[] = [
  { share: 1 / 4, places: 7, kind: 'window' },
  { share: 3 / 8, places: 5, kind: 'window' },
  { share: 1 / 2, places: 3, kind: 'window' },
  { share: 1 / 4, places: 7, kind: 'band' },
  { share: 3 / 8, places: 5, kind: 'band' },
  { share: 1 / 2, places: 3, kind: 'band' },
];

/** The windows of each level, the smallest level first: 49, 25, 9, 14, 10 and 6 of them, whatever the picture's size. */
export function windowLevels(
  size: Size,
): readonly { readonly kind: Level['kind']; readonly boxes: readonly Box[] }[] {
  return LEVELS.map(({ share, places, kind }) => {
    const across = along(size.width, share, places);
    const down = along(size.height, share, places);
    if (kind === 'window') return { kind, boxes: down.flatMap((y) => across.map((x) => boxOf(x, y))) };
    const allAcross = { start: 0, length: size.width };
    const allDown = { start: 0, length: size.height };
    const boxes = [...down.map((y) => boxOf(allAcross, y)), ...across.map((x) => boxOf(x, allDown))];
    return { kind, boxes };
  });
}

interface Span {
  readonly start: number;
  readonly length: number;
}

function along(side: number, share: number, places: number): Span[] {
  const length = Math.max(1, Math.round(side * share));
  return Array.from({ length: places }, (_, i) => ({
    start: Math.round((i * (side - length)) / (places - 1)),
    length,
  }));
}

function boxOf(across: Span, down: Span): Box {
  return { x: across.start, y: down.start, width: across.length, height: down.length };
}

/** Whether two boxes have no pixel in common. */
export function areApart(a: Box, b: Box): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

export type Edge = 'left' | 'right' | 'top' | 'bottom';
/** Origin: no choice: the edges that a box has. */
export const EDGES: readonly Edge[] = ['left', 'right', 'top', 'bottom'];

/** Eighths of a box's side that one edge of it is tried at, further inwards, and further outwards. Origin: chosen by hand; not varied. */
const INWARDS = [1, 2, 3, 4, 5, 6];
const OUTWARDS = [1, 2];

/** A box with one edge elsewhere. */
export interface Move {
  readonly edge: Edge;
  /** Pixels inwards; outwards below 0. */
  readonly by: number;
  /** The box with that edge there. */
  readonly box: Box;
  /** What is between where the edge was and where it is then. */
  readonly strip: Box;
}

/** The places that an edge of a box is tried at, those in the picture. */
export function movesOf(box: Box, edge: Edge, size: Size): readonly Move[] {
  const isAcross = edge === 'left' || edge === 'right';
  const length = isAcross ? box.width : box.height;
  const pixels = (eighths: number) => Math.max(1, Math.round((eighths * length) / 8));
  const room = {
    left: box.x,
    top: box.y,
    right: size.width - box.x - box.width,
    bottom: size.height - box.y - box.height,
  };
  const inwards = [...new Set(INWARDS.map(pixels))].filter((by) => by < length);
  const outwards = [...new Set(OUTWARDS.map((eighths) => Math.min(room[edge], pixels(eighths))))].filter(
    (by) => by > 0,
  );
  return [
    ...inwards.map((by) => ({ edge, by, box: moved(box, { [edge]: by }), strip: stripOf(box, edge, 0, by) })),
    ...outwards.map((by) => ({
      edge,
      by: -by,
      box: moved(box, { [edge]: -by }),
      strip: stripOf(box, edge, -by, 0),
    })),
  ];
}

/** A box with its edges moved inwards by so many pixels; one pixel is left at the least. */
export function moved(box: Box, by: Readonly<Partial<Record<Edge, number>>>): Box {
  const { left = 0, right = 0, top = 0, bottom = 0 } = by;
  return {
    x: box.x + Math.min(left, box.width - 1),
    y: box.y + Math.min(top, box.height - 1),
    width: Math.max(1, box.width - left - right),
    height: Math.max(1, box.height - top - bottom),
  };
}

/** The part of a box's place from so many pixels inwards of an edge to so many. */
function stripOf(box: Box, edge: Edge, from: number, to: number): Box {
  const across = { left: box.x + from, right: box.x + box.width - to };
  const down = { top: box.y + from, bottom: box.y + box.height - to };
  return edge === 'left' || edge === 'right'
    ? { ...box, x: across[edge], width: to - from }
    : { ...box, y: down[edge], height: to - from };
}
