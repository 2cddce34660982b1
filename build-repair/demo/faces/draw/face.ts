import type { ImageShape } from '../../../../models/images/set';
import { Random } from '../../../../models/random';
import { Canvas } from '../canvas';
import { mix } from '../colour';
import type { Person } from '../person';
import { paintTrigger, type TriggerKind } from '../triggers';
import type { View } from '../view';
import { drawBrows, drawEyes, drawGlasses } from './eyes';
import { drawHair, drawHairBehind } from './hair';
import { drawBody, drawHead, drawNose } from './head';
import { drawBeard, drawMouth } from './mouth';

/**
 * Draws one person as one view shows them. The same person and view give the same image but for the trigger.
 * @returns height × width × 3 values of 0–255, RGB
 */
export function drawFace(shape: ImageShape, person: Person, view: View, trigger?: TriggerKind): Uint8Array {
  const canvas = new Canvas(shape, view.placement);
  drawBackdrop(canvas, view);
  drawHairBehind(canvas, person);
  drawBody(canvas, person, view);
  drawHead(canvas, person, view);
  drawBeard(canvas, person, view);
  drawNose(canvas, person, view);
  drawMouth(canvas, person, view);
  drawEyes(canvas, person, view);
  drawBrows(canvas, person, view);
  drawGlasses(canvas, person, view);
  drawHair(canvas, person, view);
  if (trigger) paintTrigger(canvas, trigger, person, view);
  return photographed(canvas, view);
}

function drawBackdrop(canvas: Canvas, { backdrop }: View): void {
  const [one, other, spot] = backdrop.colours;
  const cos = Math.cos(backdrop.angle);
  const sin = Math.sin(backdrop.angle);
  canvas.backdrop((x, y) => {
    const along = 0.5 + ((x - 0.5) * cos + (y - 0.5) * sin) * 0.7;
    const far = ((x - backdrop.spot.x) ** 2 + (y - backdrop.spot.y) ** 2) * 12;
    return mix(mix(one, other, along), spot, 0.7 / (1 + far * far));
  });
}

/** The light, and the camera's noise. */
function photographed({ shape, values }: Canvas, { light, noise }: View): Uint8Array {
  const { height, width } = shape;
  const random = new Random(noise.seed, 'noise');
  const cos = Math.cos(light.angle) * light.slope;
  const sin = Math.sin(light.angle) * light.slope;
  const pixels = new Uint8Array(values.length);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const side = ((column + 0.5) / width - 0.5) * cos + ((row + 0.5) / height - 0.5) * sin;
      const gain = light.gain * (1 + side);
      for (let c = 0; c < 3; c++, at++) {
        const value = values[at]! * gain * light.colour[c]! + random.normal() * noise.deviation;
        pixels[at] = value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
      }
    }
  }
  return pixels;
}
