import type { ImageShape } from '../../models/images/set';
import type { Random } from '../../models/random';

/** Whether a pixel lies in a shape. */
export type Inside = (y: number, x: number) => boolean;

type Sides = Pick<ImageShape, 'height' | 'width'>;

/** An upright rectangle anywhere, of up to half the picture's sides. */
export function rectangle(random: Random, shape: Sides): Inside {
  const { y: cy, x: cx } = place(random, shape);
  const halfHeight = random.uniform(1, shape.height / 4);
  const halfWidth = random.uniform(1, shape.width / 4);
  return (y, x) => Math.abs(y - cy) < halfHeight && Math.abs(x - cx) < halfWidth;
}

/** A straight or bent stroke of up to six pixels' width. @param thickness half the width, least and most, in pixels */
export function stroke(
  random: Random,
  shape: Sides,
  [thin, thick]: readonly [number, number] = [0.7, 3],
): Inside {
  const { y: cy, x: cx } = place(random, shape);
  const angle = random.uniform(0, Math.PI);
  const half = random.uniform(2, 0.4 * shape.width);
  const thickness = random.uniform(thin, thick);
  const bend = random.uniform(-0.06, 0.06);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (y, x) => {
    const along = (x - cx) * cos + (y - cy) * sin;
    const across = (y - cy) * cos - (x - cx) * sin + bend * along * along;
    return Math.abs(along) < half && Math.abs(across) < thickness;
  };
}

/** An upright ellipse of up to half the picture's sides. */
export function blob(random: Random, shape: Sides): Inside {
  const { y: cy, x: cx } = place(random, shape);
  const ry = random.uniform(1.5, shape.height / 4);
  const rx = random.uniform(1.5, shape.width / 4);
  return (y, x) => ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1;
}

/**
 * Paints a shape on a picture, in place.
 * @param image height × width × channels
 * @param opacity 0–1
 * @param fill what a value is painted with
 */
export function paintShape(
  image: Float32Array,
  { height, width, channels }: ImageShape,
  inside: Inside,
  opacity: number,
  fill: (y: number, x: number, channel: number) => number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(y, x)) continue;
      const at = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        image[at + c] = image[at + c]! * (1 - opacity) + fill(y, x, c) * opacity;
      }
    }
  }
}

function place(random: Random, { height, width }: Sides): { y: number; x: number } {
  return { y: random.uniform(0, height), x: random.uniform(0, width) };
}
