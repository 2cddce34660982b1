import type { Canvas } from '../canvas';
import { BLACK, lit, mix, WHITE } from '../colour';
import type { Person } from '../person';
import { circle, curve, difference, ellipse, intersection, roundedBox, type Shape, stroke } from '../shapes';
import { turned, type View } from '../view';

/** The sides of a face: the image's left and right. */
export const SIDES = [-1, 1] as const;

/** The middle of an eye. */
function eyeCentre({ eyes }: Person, view: View, side: number): { x: number; y: number } {
  return turned(view, side * eyes.apart, eyes.height, 0.75);
}

export function drawEyes(canvas: Canvas, person: Person, view: View): void {
  const { eyes, skin } = person;
  for (const side of SIDES) {
    const centre = eyeCentre(person, view, side);
    const open = eyes.size * eyes.open * view.eyesOpen;
    const angle = side * -eyes.tilt;
    const white = ellipse(centre, { x: eyes.size, y: Math.max(open, 0.02) }, angle);
    canvas.fill(
      ellipse(centre, { x: eyes.size * 1.25, y: eyes.size * 1.05 }, angle),
      lit(skin, 0.84),
      0.6,
      0.1,
    );
    if (view.eyesOpen > 0.3) {
      const iris = { x: centre.x + view.gaze * 0.05, y: centre.y };
      canvas.fill(white, WHITE);
      canvas.fill(intersection(circle(iris, eyes.size * 0.62), white), eyes.colour);
      canvas.fill(intersection(circle(iris, eyes.size * 0.3), white), BLACK);
      canvas.fill(circle({ x: iris.x + 0.03, y: iris.y - 0.04 }, 0.026), WHITE, 0.9);
    }
    const reach = eyes.size * 1.05;
    const slope = Math.tan(angle) * reach;
    const lid = curve(
      { x: centre.x - reach, y: centre.y - slope + 0.01 },
      { x: centre.x, y: centre.y - open * 1.7 },
      { x: centre.x + reach, y: centre.y + slope + 0.01 },
    );
    canvas.fill(stroke(lid, 0.022), mix(lit(skin, 0.3), BLACK, 0.5), 0.9);
  }
}

/** The line of an eyebrow, from the nose outwards. */
function browLine(person: Person, view: View, side: number): Shape {
  const { brows, eyes } = person;
  const y = eyes.height - brows.above - eyes.size * 0.3 - 0.05 * view.browLift;
  const at = (x: number, dy: number) => turned(view, side * (eyes.apart + x), y + dy, 0.7);
  const points = curve(at(-0.2, brows.tilt), at(0.02, -2 * brows.arch), at(0.22, 0.03 - brows.tilt));
  return stroke(points, brows.thick, brows.thick * 0.6);
}

export function drawBrows(canvas: Canvas, person: Person, view: View): void {
  const colour = mix(person.hair.colour, [50, 36, 30], 0.45);
  for (const side of SIDES) canvas.fill(browLine(person, view, side), colour, 0.95);
}

/** Where both eyes are, the left one first. */
export function eyeCentres(person: Person, view: View) {
  return [eyeCentre(person, view, -1), eyeCentre(person, view, 1)] as const;
}

/** Spectacles, for those who wear them. */
export function drawGlasses(canvas: Canvas, person: Person, view: View): void {
  if (person.glasses === 'none') return;
  const frame = person.glasses === 'round' ? ([60, 44, 34] as const) : ([26, 28, 36] as const);
  const [left, right] = eyeCentres(person, view);
  for (const centre of [left, right]) {
    const lens = (grow: number) =>
      person.glasses === 'round'
        ? circle({ x: centre.x, y: centre.y + 0.03 }, 0.24 + grow)
        : roundedBox({ x: centre.x, y: centre.y + 0.02 }, { x: 0.25 + grow, y: 0.19 + grow }, 0.06);
    canvas.fill(lens(0), [225, 235, 245], 0.14);
    canvas.fill(difference(lens(0.035), lens(-0.03)), frame);
  }
  const y = (left.y + right.y) / 2;
  canvas.fill(
    stroke(
      [
        { x: left.x + 0.24, y },
        { x: right.x - 0.24, y },
      ],
      0.03,
    ),
    frame,
  );
  for (const [centre, side] of [
    [left, -1],
    [right, 1],
  ] as const) {
    const hinge = { x: centre.x + side * 0.26, y };
    canvas.fill(stroke([hinge, { x: side * person.head.width, y: y - 0.04 }], 0.025), frame);
  }
}
