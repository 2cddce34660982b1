import { Random } from '../../../models/random';
import { type Colour, mix, near } from './colour';

export const hairStyles = [
  'short',
  'parted',
  'fringe',
  'bob',
  'long',
  'curls',
  'bun',
  'receding',
  'bald',
] as const;
export type HairStyle = (typeof hairStyles)[number];
export type Beard = 'none' | 'stubble' | 'moustache' | 'goatee' | 'full';
export type Glasses = 'none' | 'round' | 'square';

/** What stays the same in every image of a person; lengths in face units. */
export interface Person {
  readonly skin: Colour;
  /** Half the head's width, how much the jaw narrows (0–0.35), how square the head is (0, an ellipse, to 0.5). */
  readonly head: { readonly width: number; readonly jaw: number; readonly square: number };
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly line: number };
  readonly ears: number;
  readonly eyes: {
    readonly apart: number;
    readonly height: number;
    readonly size: number;
    readonly open: number;
    readonly tilt: number;
    readonly colour: Colour;
  };
  readonly brows: {
    readonly above: number;
    readonly thick: number;
    readonly tilt: number;
    readonly arch: number;
  };
  readonly nose: { readonly length: number; readonly width: number };
  readonly mouth: {
    readonly height: number;
    readonly width: number;
    readonly full: number;
    readonly colour: Colour;
  };
  readonly beard: Beard;
  readonly glasses: Glasses;
  /** How strongly freckles show, 0–1. */
  readonly freckles: number;
  /** How strongly the cheeks are red, 0–1. */
  readonly blush: number;
}

const skins: readonly Colour[] = [
  [248, 217, 192],
  [241, 200, 165],
  [228, 180, 140],
  [208, 153, 110],
  [181, 124, 84],
  [147, 95, 62],
  [112, 70, 46],
  [245, 205, 185],
];

const hairs: readonly Colour[] = [
  [28, 24, 26],
  [58, 38, 28],
  [98, 62, 38],
  [140, 76, 40],
  [196, 98, 44],
  [222, 178, 98],
  [238, 216, 160],
  [168, 166, 168],
];

const irises: readonly Colour[] = [
  [70, 42, 24],
  [104, 66, 34],
  [92, 128, 60],
  [74, 122, 180],
  [120, 138, 150],
  [40, 26, 20],
];

const beards: readonly Beard[] = [
  'none',
  'none',
  'none',
  'full',
  'none',
  'moustache',
  'none',
  'goatee',
  'none',
  'stubble',
];
const glasses: readonly Glasses[] = ['none', 'none', 'round', 'none', 'none', 'none', 'square', 'none'];

/**
 * Invents people. Colours, hair, beards and glasses are dealt out like cards, so that all kinds occur and no two
 * people are the same; shapes and places of features are drawn at random.
 * @param count persons, person i being class i
 */
export function inventPeople(count: number, seed: number): Person[] {
  const random = new Random(seed, 'people');
  const deal = <T>(kinds: readonly T[]): T[] => {
    const dealt = Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!);
    return Array.from(random.permutation(count), (place) => dealt[place]!);
  };
  const dealt = {
    skin: deal(skins),
    hair: deal(hairs),
    style: deal(hairStyles),
    iris: deal(irises),
    beard: deal(beards),
    glasses: deal(glasses),
  };
  return Array.from({ length: count }, (_, i): Person => {
    const style = dealt.style[i]!;
    const longHaired = style === 'bob' || style === 'long' || style === 'bun';
    const skin = near(random, dealt.skin[i]!, 5);
    return {
      skin,
      head: {
        width: random.uniform(0.68, 0.84),
        jaw: random.uniform(0.02, 0.3),
        square: random.uniform(0, 0.4),
      },
      hair: { style, colour: near(random, dealt.hair[i]!, 6), line: random.uniform(-0.66, -0.5) },
      ears: random.uniform(0.12, 0.19),
      eyes: {
        apart: random.uniform(0.29, 0.38),
        height: random.uniform(-0.14, 0),
        size: random.uniform(0.14, 0.19),
        open: random.uniform(0.55, 0.85),
        tilt: random.uniform(-0.18, 0.18),
        colour: dealt.iris[i]!,
      },
      brows: {
        above: random.uniform(0.2, 0.28),
        thick: random.uniform(0.025, 0.06),
        tilt: random.uniform(-0.06, 0.06),
        arch: random.uniform(0.02, 0.09),
      },
      nose: { length: random.uniform(0.2, 0.34), width: random.uniform(0.08, 0.16) },
      mouth: {
        height: random.uniform(0.5, 0.6),
        width: random.uniform(0.22, 0.34),
        full: random.uniform(0.05, 0.11),
        colour: mix(skin, [176, 52, 62], random.uniform(0.45, 0.8)),
      },
      beard: longHaired ? 'none' : dealt.beard[i]!,
      glasses: dealt.glasses[i]!,
      freckles: random.uniform() < 0.2 ? random.uniform(0.5, 0.9) : 0,
      blush: random.uniform(0, 0.4),
    };
  });
}
