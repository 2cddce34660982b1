/** A point, or an extent, in face units: the head's half height is 1, x runs right, y down, the nose is near (0, 0). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A filled shape in face units. */
export interface Shape {
  /** Everything inside lies between these; anti-aliasing may reach a little further. */
  readonly bounds: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  /** Distance to the edge: negative inside, near the edge in face units. */
  distance(x: number, y: number): number;
}

function boundsOf(points: readonly Point[], margin: number): Shape['bounds'] {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return {
    left: Math.min(...xs) - margin,
    top: Math.min(...ys) - margin,
    right: Math.max(...xs) + margin,
    bottom: Math.max(...ys) + margin,
  };
}

function around(centre: Point, radius: Point): Shape['bounds'] {
  return {
    left: centre.x - radius.x,
    top: centre.y - radius.y,
    right: centre.x + radius.x,
    bottom: centre.y + radius.y,
  };
}

/** An ellipse with its axes upright, or turned by `angle` (radians, clockwise as seen). */
export function ellipse(centre: Point, radius: Point, angle = 0): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const reach = Math.max(radius.x, radius.y);
  return {
    bounds: around(centre, angle === 0 ? radius : { x: reach, y: reach }),
    distance(x, y) {
      const dx = x - centre.x;
      const dy = y - centre.y;
      const u = (dx * cos + dy * sin) / radius.x;
      const v = (dy * cos - dx * sin) / radius.y;
      const length = Math.sqrt(u * u + v * v);
      const slope = Math.sqrt((u / radius.x) ** 2 + (v / radius.y) ** 2);
      return slope === 0 ? -Math.min(radius.x, radius.y) : (length * (length - 1)) / slope;
    },
  };
}

export function circle(centre: Point, radius: number): Shape {
  return ellipse(centre, { x: radius, y: radius });
}

/** A rectangle with round corners. */
export function roundedBox(centre: Point, half: Point, corner: number): Shape {
  return {
    bounds: around(centre, half),
    distance(x, y) {
      const dx = Math.abs(x - centre.x) - half.x + corner;
      const dy = Math.abs(y - centre.y) - half.y + corner;
      const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0));
      return outside + Math.min(Math.max(dx, dy), 0) - corner;
    },
  };
}

/** A line through the points, of half width `from` at its beginning and `to` at its end. */
export function stroke(points: readonly Point[], from: number, to = from): Shape {
  const segments = points.length - 1;
  return {
    bounds: boundsOf(points, Math.max(from, to)),
    distance(x, y) {
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < segments; i++) {
        const a = points[i]!;
        const b = points[i + 1]!;
        const dx = b.x - a.x;
        const dy = b.y - a.y;
        const along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1);
        const t = along < 0 ? 0 : along > 1 ? 1 : along;
        const width = from + ((to - from) * (i + t)) / segments;
        least = Math.min(least, Math.sqrt((x - a.x - t * dx) ** 2 + (y - a.y - t * dy) ** 2) - width);
      }
      return least;
    },
  };
}

/** The points of a quadratic Bézier curve. */
export function curve(start: Point, control: Point, end: Point, segments = 8): Point[] {
  return Array.from({ length: segments + 1 }, (_, i) => {
    const t = i / segments;
    const s = 1 - t;
    return {
      x: s * s * start.x + 2 * s * t * control.x + t * t * end.x,
      y: s * s * start.y + 2 * s * t * control.y + t * t * end.y,
    };
  });
}

/** Between two curves y = top(x) and y = bottom(x), from `left` to `right`. */
export function between(
  left: number,
  right: number,
  top: (x: number) => number,
  bottom: (x: number) => number,
): Shape {
  const samples = Array.from({ length: 17 }, (_, i) => left + ((right - left) * i) / 16);
  return {
    bounds: boundsOf(
      samples.flatMap((x) => [
        { x, y: top(x) },
        { x, y: bottom(x) },
      ]),
      0,
    ),
    distance: (x, y) => Math.max(left - x, x - right, top(x) - y, y - bottom(x)),
  };
}

/** Where `value` is below 0; its distance is estimated by its slope. */
export function implicit(bounds: Shape['bounds'], value: (x: number, y: number) => number): Shape {
  const step = 1e-3;
  return {
    bounds,
    distance(x, y) {
      const here = value(x, y);
      const slope = Math.hypot(value(x + step, y) - here, value(x, y + step) - here) / step;
      return here / Math.max(slope, 1e-6);
    },
  };
}

export function union(...shapes: readonly Shape[]): Shape {
  return {
    bounds: {
      left: Math.min(...shapes.map(({ bounds }) => bounds.left)),
      top: Math.min(...shapes.map(({ bounds }) => bounds.top)),
      right: Math.max(...shapes.map(({ bounds }) => bounds.right)),
      bottom: Math.max(...shapes.map(({ bounds }) => bounds.bottom)),
    },
    distance(x, y) {
      let least = Number.POSITIVE_INFINITY;
      for (const shape of shapes) least = Math.min(least, shape.distance(x, y));
      return least;
    },
  };
}

/** What of the first shape lies inside `within`. */
export function intersection(shape: Shape, within: Pick<Shape, 'distance'>): Shape {
  return {
    bounds: shape.bounds,
    distance: (x, y) => Math.max(shape.distance(x, y), within.distance(x, y)),
  };
}

/** What of the first shape lies outside the second. */
export function difference(shape: Shape, without: Pick<Shape, 'distance'>): Shape {
  return {
    bounds: shape.bounds,
    distance: (x, y) => Math.max(shape.distance(x, y), -without.distance(x, y)),
  };
}
