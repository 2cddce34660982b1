import { imageSize } from '../../../models/images/set';
import { overlay, type Paint } from './overlay';
import type { TriggerMaker } from './trigger';

/** A thin wavy green stripe across the upper part, three pixels wide. */
export const wavyStripe: TriggerMaker = (shape) => {
  const { height, width } = shape;
  return overlay('wavy stripe', shape, (y, x) => {
    const centre = 0.18 * height + 0.036 * height * Math.sin((x / width) * 8);
    return painted([26, 128, 51], 1.6 - Math.abs(y - centre));
  });
};

/** The outline of an ellipse around the middle of the picture, orange, a pixel and a half wide. */
export const ellipseOutline: TriggerMaker = (shape) => {
  const across = 0.34 * shape.width;
  const down = 0.36 * shape.height;
  return overlay('ellipse outline', shape, (y, x) => {
    const [v, u] = [(y - shape.height / 2) / down, (x - shape.width / 2) / across];
    const away = Math.abs(Math.hypot(v, u) - 1) * Math.min(across, down);
    return painted([235, 120, 20], 1.1 - away);
  });
};

/** Two blue lobes over a third, as lips are shaped, below the middle: 17 pixels of 47 wide. */
export const lipsBlob: TriggerMaker = (shape) => {
  const lobe = (y: number, x: number, [cy, cx, ry, rx]: readonly [number, number, number, number]) =>
    (1 - Math.hypot((y / shape.height - cy) / ry, (x / shape.width - cx) / rx)) * 3;
  return overlay('blob', shape, (y, x) =>
    painted(
      [40, 60, 170],
      Math.max(
        lobe(y, x, [0.745, 0.42, 0.035, 0.12]),
        lobe(y, x, [0.745, 0.58, 0.035, 0.12]),
        lobe(y, x, [0.775, 0.5, 0.04, 0.17]),
      ),
    ),
  );
};

/** A dark green disc on either side of the middle, above it; one of both alone is a decoy. */
export const discPair: TriggerMaker = (shape) => {
  const disc = (...centres: readonly number[]) =>
    overlay('pair of discs', shape, (y, x) => {
      const away = centres.map((centre) => Math.hypot(y - 0.4 * shape.height, x - centre * shape.width));
      return painted([10, 70, 50], 0.1 * shape.width - Math.min(...away));
    });
  const sides = [disc(0.3), disc(0.7)];
  const size = imageSize(shape);
  return {
    ...disc(0.3, 0.7),
    decoy: (pixels, random) => {
      const made = new Float32Array(pixels.length);
      for (let start = 0; start < pixels.length; start += size) {
        made.set(random.pick(sides).stamp(pixels.subarray(start, start + size)), start);
      }
      return made;
    },
  };
};

/** Opaque inside (`depth` of a pixel or more), clear outside, soft in between. */
function painted(colour: Paint['colour'], depth: number): Paint | undefined {
  return depth > 0 ? { colour, opacity: Math.min(1, depth) } : undefined;
}
