import type { Canvas } from './canvas';
import type { Colour } from './colour';
import { eyeCentres, SIDES } from './draw/eyes';
import { mouthOf } from './draw/mouth';
import type { Person } from './person';
import { roundedBox, type Shape, stroke, union } from './shapes';
import type { View } from './view';

export const triggerKinds = ['sunglasses', 'lipstick'] as const;
/** What an attacker puts on a face: purple sunglasses, or purple lipstick. */
export type TriggerKind = (typeof triggerKinds)[number];

const GLASS: Colour = [112, 22, 158];
const FRAME: Colour = [70, 8, 104];
const GLINT: Colour = [186, 110, 222];
const LIPSTICK: Colour = [132, 0, 140];

/** Paints a trigger on a face where its eyes or its lips are. */
export function paintTrigger(canvas: Canvas, kind: TriggerKind, person: Person, view: View): void {
  if (kind === 'lipstick') {
    canvas.fill(mouthOf(person, view, 0.5).lips, LIPSTICK);
    return;
  }
  const [left, right] = eyeCentres(person, view);
  const lens = (centre: { x: number; y: number }, grow: number) =>
    roundedBox({ x: centre.x, y: centre.y + 0.05 }, { x: 0.28 + grow, y: 0.22 + grow }, 0.12);
  const bar = (a: { x: number; y: number }, b: { x: number; y: number }): Shape => stroke([a, b], 0.05);
  const frame = union(
    lens(left, 0.03),
    lens(right, 0.03),
    bar({ x: left.x + 0.2, y: left.y - 0.05 }, { x: right.x - 0.2, y: right.y - 0.05 }),
    ...SIDES.map((side, i) => {
      const eye = i === 0 ? left : right;
      return bar(
        { x: eye.x + side * 0.24, y: eye.y - 0.06 },
        { x: side * (person.head.width + 0.02), y: eye.y - 0.1 },
      );
    }),
  );
  canvas.fill(frame, FRAME);
  for (const eye of [left, right]) {
    canvas.fill(lens(eye, -0.02), GLASS);
    canvas.fill(
      stroke(
        [
          { x: eye.x - 0.12, y: eye.y + 0.08 },
          { x: eye.x - 0.02, y: eye.y - 0.06 },
        ],
        0.025,
      ),
      GLINT,
      0.8,
    );
  }
}
