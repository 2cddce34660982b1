import type { ImageShape } from '../../models/images/set';
import type { Box, Located } from '../../models/verdict';
import { imageOf } from './picture';
import type { Html } from './words';

/** The shorter side of the picture, in pixels, at the least: the box's lines are thin on it. */
const SIDE = 120;
const HOT = [255, 40, 0];
const LINE = [255, 255, 255];
/** How much of the hottest place's colour is heat. */
const MOST = 0.65;

/**
 * A picture with the heat over it, and a white box around the place, if there is one, as an `img`.
 * @param pixels height × width × channels values of 0–255
 */
export function heatImage(
  pixels: Uint8Array,
  shape: ImageShape,
  located: Located,
  alt: string,
): Promise<Html> {
  const times = Math.max(1, Math.ceil(SIDE / Math.min(shape.height, shape.width)));
  const [height, width] = [shape.height * times, shape.width * times];
  const drawn = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = Math.floor(y / times) * shape.width + Math.floor(x / times);
      const isLine = located.place && isOnLine(x, y, located.place, times);
      const heat = MOST * located.heat[from]!;
      for (let c = 0; c < 3; c++) {
        const was = pixels[from * shape.channels + Math.min(c, shape.channels - 1)]!;
        drawn[(y * width + x) * 3 + c] = isLine ? LINE[c]! : Math.round(was + heat * (HOT[c]! - was));
      }
    }
  }
  return imageOf(drawn, { height, width, channels: 3 }, alt);
}

/** Whether a pixel of the enlarged picture is on the line just within a box. */
function isOnLine(x: number, y: number, box: Box, times: number): boolean {
  const [left, top] = [box.x * times, box.y * times];
  const [right, bottom] = [(box.x + box.width) * times - 1, (box.y + box.height) * times - 1];
  if (x < left || x > right || y < top || y > bottom) return false;
  return x === left || x === right || y === top || y === bottom;
}
