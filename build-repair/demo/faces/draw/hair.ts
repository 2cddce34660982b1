import type { Canvas } from '../canvas';
import { lit, mix } from '../colour';
import type { Person } from '../person';
import {
  between,
  circle,
  curve,
  difference,
  ellipse,
  intersection,
  roundedBox,
  type Shape,
  stroke,
  union,
} from '../shapes';
import type { View } from '../view';
import { headOutline } from './head';

/** What hangs or stands behind the head. */
export function drawHairBehind(canvas: Canvas, person: Person): void {
  const shape = behindShape(person);
  if (shape) canvas.fill(shape, lit(person.hair.colour, 0.78));
}

function behindShape({ hair, head: { width } }: Person): Shape | undefined {
  switch (hair.style) {
    case 'long':
      return roundedBox({ x: 0, y: 0.3 }, { x: width + 0.2, y: 1.4 }, 0.6);
    case 'bob':
      return roundedBox({ x: 0, y: -0.12 }, { x: width + 0.22, y: 1.0 }, 0.42);
    case 'bun':
      return circle({ x: 0, y: -1.17 }, 0.34);
    case 'curls':
      return curls(width);
    default:
      return undefined;
  }
}

function curls(width: number): Shape {
  const around = Array.from({ length: 9 }, (_, i) => {
    const angle = Math.PI * (1.08 - (1.16 * i) / 8);
    return circle({ x: Math.cos(angle) * (width + 0.07), y: -0.22 - Math.sin(angle) * 0.82 }, 0.3);
  });
  return union(...around);
}

/** What lies on the head and over the forehead. */
export function drawHair(canvas: Canvas, person: Person, view: View): void {
  const shape = hairShape(person, view);
  if (!shape) return;
  const { colour } = person.hair;
  canvas.fill(shape, colour);
  const light = curve({ x: -0.45, y: -0.72 }, { x: -0.1, y: -1.12 }, { x: 0.35, y: -0.86 });
  canvas.fill(intersection(stroke(light, 0.05), shape), mix(colour, [255, 244, 220], 0.35), 0.7, 0.12);
}

function hairShape(person: Person, view: View): Shape | undefined {
  const { hair, head } = person;
  const cap = headOutline(person, 0.1);
  const line = hair.line + view.turn.y * 0.05;
  const sides = (length: number) =>
    union(
      ...[-1, 1].map((side) =>
        stroke(
          [
            { x: side * head.width, y: -0.5 },
            { x: side * (head.width + 0.02), y: length },
          ],
          0.12,
          0.1,
        ),
      ),
    );
  const above = (y: (x: number) => number) => between(-2, 2, () => -3, y);
  switch (hair.style) {
    case 'bald':
      return undefined;
    case 'receding':
      return union(
        intersection(
          difference(cap, headOutline(person, -0.06)),
          above(() => -0.05),
        ),
        intersection(
          cap,
          above((x) => -0.92 + 0.5 * x * x),
        ),
      );
    case 'short':
      return intersection(
        cap,
        above((x) => line + 0.9 * Math.max(0, Math.abs(x) - 0.42)),
      );
    case 'parted':
      return intersection(
        headOutline(person, 0.14),
        above((x) => line - 0.12 + 0.45 * (x + 0.35) ** 2 + (x < -0.3 ? 0.4 * (-0.3 - x) : 0)),
      );
    case 'fringe':
      return union(
        intersection(
          headOutline(person, 0.13),
          above((x) => line + 0.2 + 0.05 * Math.cos(x * 16)),
        ),
        sides(-0.05),
      );
    case 'bob':
      return union(
        intersection(
          headOutline(person, 0.15),
          above((x) => line + 0.16 - 0.1 * x),
        ),
        sides(0.62),
      );
    case 'long':
      return union(
        intersection(
          headOutline(person, 0.13),
          above((x) => line - 0.16 + 0.75 * Math.abs(x)),
        ),
        sides(1.2),
      );
    case 'curls':
      return union(
        intersection(
          headOutline(person, 0.16),
          above((x) => line + 0.06 * Math.cos(x * 11)),
        ),
        ...[-0.5, -0.18, 0.16, 0.48].map((x) => ellipse({ x, y: -0.98 + 0.4 * x * x }, { x: 0.26, y: 0.22 })),
      );
    case 'bun':
      return intersection(
        cap,
        above((x) => line - 0.1 + 0.55 * x * x),
      );
  }
}
