import type { Canvas } from '../canvas';
import { lit, mix, WHITE } from '../colour';
import type { Person } from '../person';
import { circle, ellipse, implicit, intersection, roundedBox, type Shape, stroke } from '../shapes';
import { turned, type View } from '../view';

/** The head's outline, larger by `grow` face units all around. */
export function headOutline({ head }: Person, grow = 0): Shape {
  const width = head.width + grow;
  const height = 1 + grow;
  return implicit({ left: -width, top: -height, right: width, bottom: height }, (x, y) => {
    const lower = Math.max(0, y);
    const across = (x / (width * (1 - head.jaw * lower * lower))) ** 2;
    const down = (y / height) ** 2;
    const round = across + down;
    return round + head.square * (across * across + down * down - round) - 1;
  });
}

/** Shoulders in a shirt, and the neck. */
export function drawBody(canvas: Canvas, { skin }: Person, { shirt }: View): void {
  const shade = lit(shirt.colour, 0.8);
  const neck = roundedBox({ x: 0, y: 1.05 }, { x: 0.36, y: 0.5 }, 0.1);
  canvas.fill(ellipse({ x: 0, y: 2.15 }, { x: 1.35, y: 0.95 }), shirt.colour);
  canvas.fill(neck, lit(skin, 0.86));
  if (shirt.collar === 'round') canvas.fill(ellipse({ x: 0, y: 1.2 }, { x: 0.46, y: 0.24 }), lit(skin, 0.9));
  if (shirt.collar === 'high') canvas.fill(roundedBox({ x: 0, y: 1.42 }, { x: 0.46, y: 0.2 }, 0.08), shade);
  if (shirt.collar === 'open') {
    for (const side of [-1, 1]) {
      canvas.fill(
        stroke(
          [
            { x: side * 0.42, y: 1.12 },
            { x: side * 0.1, y: 1.5 },
          ],
          0.1,
        ),
        mix(shirt.colour, WHITE, 0.5),
      );
    }
  }
  canvas.fill(ellipse({ x: 0, y: 0.98 }, { x: 0.42, y: 0.2 }), lit(skin, 0.66), 0.5, 0.2);
}

/** Ears, head, the shade along its edge, cheeks and freckles. */
export function drawHead(canvas: Canvas, person: Person, view: View): void {
  const { skin, head, ears } = person;
  for (const side of [-1, 1]) {
    const shown = Math.max(0.3, 1 - 0.7 * side * view.turn.x);
    const centre = { x: side * (head.width - 0.03) - view.turn.x * 0.06, y: 0.02 };
    canvas.fill(ellipse(centre, { x: ears * 0.75 * shown, y: ears * 1.3 }), lit(skin, 0.93));
    canvas.fill(ellipse(centre, { x: ears * 0.35 * shown, y: ears * 0.8 }), lit(skin, 0.74), 0.7);
  }
  const outline = headOutline(person);
  canvas.fill(outline, lit(skin, 0.88));
  canvas.fill(intersection(headOutline(person, -0.07), outline), skin, 1, 0.22);
  for (const side of [-1, 1]) {
    const cheek = ellipse(turned(view, side * head.width * 0.58, 0.3, 0.5), { x: 0.17, y: 0.12 });
    canvas.fill(cheek, mix(skin, [214, 86, 82], 0.6), person.blush, 0.14);
    if (person.freckles === 0) continue;
    for (const [x, y] of [
      [0.16, 0.17],
      [0.28, 0.12],
      [0.4, 0.2],
      [0.24, 0.28],
      [0.37, 0.33],
    ] as const) {
      canvas.fill(
        circle(turned(view, side * x, y), 0.03),
        lit(mix(skin, [150, 78, 40], 0.6), 0.8),
        person.freckles,
      );
    }
  }
}

/** The nose: a shaded side, a tip in the light, nostrils. */
export function drawNose(canvas: Canvas, { skin, nose, eyes }: Person, view: View): void {
  const top = eyes.height + 0.04;
  const tip = turned(view, 0, top + nose.length, 1);
  const side = view.turn.x >= 0 ? -1 : 1;
  const ridge = stroke(
    [turned(view, side * 0.05, top), { x: tip.x + side * nose.width * 0.7, y: tip.y - 0.02 }],
    0.02,
    0.04,
  );
  canvas.fill(ridge, lit(skin, 0.78), 0.7);
  canvas.fill(ellipse({ x: tip.x, y: tip.y + 0.03 }, { x: nose.width, y: 0.06 }), lit(skin, 0.76), 0.8);
  canvas.fill(ellipse({ x: tip.x, y: tip.y - 0.02 }, { x: nose.width * 0.7, y: 0.06 }), lit(skin, 1.07));
  for (const which of [-1, 1]) {
    canvas.fill(circle({ x: tip.x + which * nose.width * 0.5, y: tip.y + 0.05 }, 0.025), lit(skin, 0.4), 0.8);
  }
}
