import type { Canvas } from '../canvas';
import { BLACK, lit, mix, WHITE } from '../colour';
import type { Person } from '../person';
import { between, difference, ellipse, intersection, type Shape, stroke } from '../shapes';
import { turned, type View } from '../view';
import { headOutline } from './head';

interface Mouth {
  readonly lips: Shape;
  /** What is seen between open lips. */
  readonly inside: Shape;
  readonly line: Shape;
}

/** Where the mouth is, with this smile and opening. @param fuller share by which the lips are larger */
export function mouthOf({ mouth }: Person, view: View, fuller = 0): Mouth {
  const centre = turned(view, 0, mouth.height);
  const half = mouth.width * (1 + 0.18 * view.smile) * (1 - 0.2 * view.mouthOpen) * (1 + fuller * 0.3);
  const lift = 0.1 * view.smile;
  const open = 0.13 * view.mouthOpen;
  const full = mouth.full * (1 + fuller);
  const u = (x: number) => (x - centre.x) / half;
  const bow = (x: number) => Math.max(0, 1 - u(x) ** 2);
  const middle = (x: number) => centre.y + lift * (bow(x) - 0.6);
  const upper = (x: number) => middle(x) - open * 0.4 * bow(x);
  const lower = (x: number) => middle(x) + open * bow(x);
  const left = centre.x - half;
  const right = centre.x + half;
  const inside = between(left, right, upper, lower);
  const dip = (x: number) => 1 - 0.3 * Math.max(0, 1 - Math.abs(u(x)) * 4);
  const outer = between(
    left,
    right,
    (x) => upper(x) - full * Math.sqrt(bow(x)) * dip(x),
    (x) => lower(x) + full * 1.25 * Math.sqrt(bow(x)),
  );
  const points = Array.from({ length: 9 }, (_, i) => {
    const x = left + ((right - left) * i) / 8;
    return { x, y: middle(x) };
  });
  return { lips: open > 0.02 ? difference(outer, inside) : outer, inside, line: stroke(points, 0.014) };
}

export function drawMouth(canvas: Canvas, person: Person, view: View): void {
  const { lips, inside, line } = mouthOf(person, view);
  if (view.mouthOpen > 0.15) {
    canvas.fill(inside, [96, 26, 32]);
    const teeth = between(
      inside.bounds.left,
      inside.bounds.right,
      () => -9,
      () => inside.bounds.top + 0.07,
    );
    canvas.fill(intersection(inside, teeth), WHITE, 0.9);
  }
  canvas.fill(lips, person.mouth.colour);
  canvas.fill(line, lit(person.mouth.colour, 0.5), view.mouthOpen > 0.15 ? 0.2 : 0.8);
}

/** Beard and moustache, under the mouth's paint. */
export function drawBeard(canvas: Canvas, person: Person, view: View): void {
  if (person.beard === 'none') return;
  const colour = mix(person.hair.colour, BLACK, 0.15);
  const at = turned(view, 0, person.mouth.height);
  const head = headOutline(person, 0.05);
  const { width } = person.head;
  const moustache = between(
    at.x - person.mouth.width * 1.2,
    at.x + person.mouth.width * 1.2,
    (x) => at.y - 0.17 + Math.abs(x - at.x) * 0.3,
    (x) => at.y - 0.05 + Math.abs(x - at.x) * 0.55,
  );
  const lower = between(
    -2,
    2,
    (x) => at.y - 0.3 + 0.45 * Math.max(0, 1 - (x / width) ** 2),
    () => 2,
  );
  const goatee = ellipse({ x: at.x, y: at.y + 0.28 }, { x: 0.24, y: 0.26 });
  if (person.beard === 'stubble') canvas.fill(intersection(headOutline(person), lower), colour, 0.32, 0.12);
  if (person.beard === 'full') canvas.fill(intersection(head, lower), colour, 0.95, 0.08);
  if (person.beard === 'goatee') canvas.fill(goatee, colour, 0.95);
  if (person.beard !== 'stubble') canvas.fill(moustache, colour, 0.95);
}
