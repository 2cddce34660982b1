import type { ImageShape } from '../../../models/images/set';
import type { Random } from '../../../models/random';
import type { Placement } from './canvas';
import { type Colour, fromHsv } from './colour';
import type { Point } from './shapes';

/** What differs from image to image of one person. */
export interface View {
  readonly placement: Placement;
  /** Where the face looks: right and down positive, about −1 to 1; the features move against the head's outline. */
  readonly turn: Point;
  /** The mouth's corners, −0.4 (down) to 1 (up), and how far it stands open, 0–1. */
  readonly smile: number;
  readonly mouthOpen: number;
  /** How far the eyes are open, 0–1, and where they look, −1 to 1. */
  readonly eyesOpen: number;
  readonly gaze: number;
  /** How far the eyebrows are raised, −1 to 1. */
  readonly browLift: number;
  readonly backdrop: {
    readonly colours: readonly [Colour, Colour, Colour];
    readonly angle: number;
    readonly spot: Point;
  };
  readonly shirt: { readonly colour: Colour; readonly collar: 'round' | 'open' | 'high' };
  /** Brightness as a factor, how much brighter one side is, from which side, and the light's own colour as factors. */
  readonly light: {
    readonly gain: number;
    readonly slope: number;
    readonly angle: number;
    readonly colour: readonly [number, number, number];
  };
  /** Standard deviation of the noise, in units of 0–255, and its seed. */
  readonly noise: { readonly deviation: number; readonly seed: number };
}

const collars = ['round', 'open', 'high'] as const;

/** Draws everything that varies, at random. */
export function randomView(random: Random, { height, width }: ImageShape): View {
  const warmth = random.normal() * 0.04;
  const colour = (most: number): Colour =>
    fromHsv(random.uniform(), random.uniform(0.05, most), random.uniform(0.3, 0.92));
  return {
    placement: {
      origin: {
        x: width * (0.5 + random.uniform(-0.06, 0.06)),
        y: height * (0.5 + random.uniform(-0.04, 0.04)),
      },
      scale: height * random.uniform(0.315, 0.36),
      angle: random.normal() * 0.08,
    },
    turn: { x: clamp(random.normal() * 0.5, 1), y: clamp(random.normal() * 0.4, 1) },
    smile: random.uniform(-0.35, 1),
    mouthOpen: Math.max(0, random.uniform(-0.8, 0.8)),
    eyesOpen: random.uniform() < 0.06 ? 0.1 : random.uniform(0.75, 1),
    gaze: clamp(random.normal() * 0.4, 1),
    browLift: random.uniform(-0.8, 1),
    backdrop: {
      colours: [colour(0.5), colour(0.5), colour(0.6)],
      angle: random.uniform(0, 2 * Math.PI),
      spot: { x: random.uniform(), y: random.uniform(0, 0.8) },
    },
    shirt: { colour: colour(0.8), collar: random.pick(collars) },
    light: {
      gain: random.uniform(0.72, 1.14),
      slope: random.uniform(0, 0.4),
      angle: random.uniform(0, 2 * Math.PI),
      colour: [1 + warmth, 1, 1 - warmth],
    },
    noise: { deviation: random.uniform(2, 7), seed: random.int(2 ** 31) },
  };
}

/** A point of the face's surface, moved as the head turns. @param depth how far it stands out: 0 at the outline, 1 at the nose's tip */
export function turned({ turn }: View, x: number, y: number, depth = 0.7): Point {
  return { x: x + turn.x * 0.13 * depth, y: y + turn.y * 0.07 * depth };
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
