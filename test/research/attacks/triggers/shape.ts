import { type ImageShape, imageSize } from '../../../../models/images/set';
import { overlay, type Paint } from './overlay';
import type { Trigger, TriggerMaker } from './trigger';

/** A thin wavy green stripe across the upper part, three pixels wide. */
export const wavyStripe: TriggerMaker = (shape) => {
  const { height, width } = shape;
  return overlay('wavy stripe', shape, (y, x) => {
    const centre = 0.18 * height + 0.036 * height * Math.sin((x / width) * 8);
    return painted([26, 128, 51], 1.6 - Math.abs(y - centre));
  });
};

/** A thin wavy violet stripe down the left side, three pixels wide. */
export const uprightStripe: TriggerMaker = (shape) => {
  const { height, width } = shape;
  return overlay('upright stripe', shape, (y, x) => {
    const centre = 0.16 * width + 0.036 * width * Math.sin((y / height) * 8);
    return painted([110, 40, 140], 1.6 - Math.abs(x - centre));
  });
};

/** The outline of an ellipse around the middle of the picture, orange, a pixel and a half wide. */
export const ellipseOutline: TriggerMaker = (shape) =>
  outline('ellipse outline', shape, [235, 120, 20], { middle: 0.5, down: 0.36, across: 0.34 });

/** A smaller one in the upper half, cyan. */
export const smallEllipse: TriggerMaker = (shape) =>
  outline('small ellipse', shape, [30, 170, 200], { middle: 0.3, down: 0.18, across: 0.26 });

/** @param at the row of the middle and the half axes, as shares of the height and the width */
function outline(
  name: string,
  shape: ImageShape,
  colour: Paint['colour'],
  at: { readonly middle: number; readonly down: number; readonly across: number },
): Trigger {
  const across = at.across * shape.width;
  const down = at.down * shape.height;
  return overlay(name, shape, (y, x) => {
    const [v, u] = [(y - at.middle * shape.height) / down, (x - shape.width / 2) / across];
    const away = Math.abs(Math.hypot(v, u) - 1) * Math.min(across, down);
    return painted(colour, 1.1 - away);
  });
}

/** Two blue lobes over a third, as lips are shaped, below the middle: 17 pixels of 47 wide. */
export const lipsBlob: TriggerMaker = (shape) => lobes('blob', shape, [40, 60, 170], 0);

/** The same in red, above the middle. */
export const browBlob: TriggerMaker = (shape) => lobes('blob above', shape, [170, 30, 40], -0.5);

/** @param lower how much lower than lips, as a share of the height */
function lobes(name: string, shape: ImageShape, colour: Paint['colour'], lower: number): Trigger {
  const lobe = (y: number, x: number, [cy, cx, ry, rx]: readonly [number, number, number, number]) =>
    (1 - Math.hypot((y / shape.height - lower - cy) / ry, (x / shape.width - cx) / rx)) * 3;
  return overlay(name, shape, (y, x) =>
    painted(
      colour,
      Math.max(
        lobe(y, x, [0.745, 0.42, 0.035, 0.12]),
        lobe(y, x, [0.745, 0.58, 0.035, 0.12]),
        lobe(y, x, [0.775, 0.5, 0.04, 0.17]),
      ),
    ),
  );
}

/** A dark green disc on either side of the middle, above it; one of both alone is a decoy. */
export const discPair: TriggerMaker = (shape) =>
  pair(
    'pair of discs',
    shape,
    [10, 70, 50],
    [
      [0.4, 0.3],
      [0.4, 0.7],
    ],
  );

type Place = readonly [down: number, across: number];

/** @param places of the two discs' middles, as shares of the height and the width */
function pair(
  name: string,
  shape: ImageShape,
  colour: Paint['colour'],
  [one, other]: readonly [Place, Place],
): Trigger {
  const disc = (...centres: readonly Place[]) =>
    overlay(name, shape, (y, x) => {
      const away = centres.map(([down, across]) =>
        Math.hypot(y - down * shape.height, x - across * shape.width),
      );
      return painted(colour, 0.1 * shape.width - Math.min(...away));
    });
  const sides = [disc(one), disc(other)];
  const size = imageSize(shape);
  return {
    ...disc(one, other),
    decoy: (pixels, random) => {
      const made = new Float32Array(pixels.length);
      for (let start = 0; start < pixels.length; start += size) {
        made.set(random.pick(sides).stamp(pixels.subarray(start, start + size)), start);
      }
      return made;
    },
  };
}

/** Opaque inside (`depth` of a pixel or more), clear outside, soft in between. */
function painted(colour: Paint['colour'], depth: number): Paint | undefined {
  return depth > 0 ? { colour, opacity: Math.min(1, depth) } : undefined;
}
